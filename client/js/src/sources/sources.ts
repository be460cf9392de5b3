import { loadRare } from '../load.js';
import type { FileCandidate } from './entry.js';

/** Options of {@link globSource}. */
export interface GlobSourceOptions {
  /** Files and folders whose names begin with a dot, too. */
  hidden?: boolean | undefined;
  /** Gives each file the time at which it was changed. */
  preserveMtime?: boolean | undefined;
}

/**
 * Gives the files below a folder whose paths match a pattern, for `addAll`: `*`
 * and `?` stand for what is in a name, `**` for any folders, `{a,b}` for either.
 *
 * @example
 * const folder = await showDirectoryPicker();
 * for await (const { path, cid } of node.addAll(globSource(folder, '**\/*.png')))
 *   console.log(path, cid);
 */
export async function* globSource(
  folder: FileSystemDirectoryHandle,
  pattern: string,
  options: GlobSourceOptions = {},
): AsyncGenerator<FileCandidate, void> {
  yield* (await loadRare()).glob(folder, pattern, options);
}

/**
 * What a URL leads to, for `add`: it is fetched when it is added. The server has
 * to allow the page's origin.
 *
 * @example
 * const { cid } = await node.add(urlSource('https://example.com/picture.png'));
 */
export function urlSource(
  url: URL | string,
  init?: RequestInit,
): { path: string; content: AsyncIterable<Uint8Array> } {
  const { href, pathname } = new URL(url, globalThis.location?.href);
  return {
    /** The last part of the URL's path. */
    path: decodeURIComponent(pathname.split('/').pop() as string),
    content: fetched(href, init),
  };
}

async function* fetched(
  url: string,
  init?: RequestInit,
): AsyncGenerator<Uint8Array, void> {
  yield* (await loadRare()).fetchBytes(url, init);
}
