import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  Methods,
  type ResolvedPath,
  type ResolveRequest,
} from '../nodeapi.gen.js';
import { bool } from '../options.js';

/** Options of `save`. */
export interface SaveOptions extends CallOptions {
  /** What it is called in the folder; the last part of the path unless set. */
  name?: string | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
  /** Told of each file once it is written, by its path in the folder. */
  progress?: ((path: string) => void) | undefined;
}

/** What bounds each of the calls that a save is. */
interface Bounds {
  signal: AbortSignal;
  offline?: boolean | undefined;
}

/**
 * `save`: writes a file, or a directory with all it holds, into a folder. What is
 * there already under the same names is replaced.
 */
export async function save(
  core: Core,
  path: IPFSPath,
  folder: FileSystemDirectoryHandle,
  { name, progress, ...options }: SaveOptions,
): Promise<void> {
  const from = core.toPath(path, 'save');
  const target = name ?? (from.split('/').filter(Boolean).pop() as string);
  if (typeof folder?.getFileHandle !== 'function') {
    throw core.invalidOption('save', 'folder', folder);
  }
  const { signal, release } = core.bounded(options, 'save');
  const { offline } = options;
  try {
    const bounds = { signal, offline };
    const request: ResolveRequest = {
      ...core.pick<Pick<ResolveRequest, 'offline'>>('save', bounds, {
        offline: bool,
      }),
      name: from,
    };
    const op = Methods.Resolve;
    const at = await core.link.ask<ResolvedPath>(op, request, { signal });
    await saveEntry(core, at.path, folder, target, target, bounds, progress);
  } finally {
    release();
  }
}

/** Saves what is at `/ipfs/<cid>`: a listing of a file has the file itself. */
async function saveEntry(
  core: Core,
  from: string,
  folder: FileSystemDirectoryHandle,
  name: string,
  path: string,
  options: Bounds,
  progress: SaveOptions['progress'],
): Promise<void> {
  let inside: FileSystemDirectoryHandle | undefined;
  const open = () =>
    written(core, path, () =>
      folder.getDirectoryHandle(name, { create: true }),
    );
  for await (const entry of core.ls(core.link, from, options)) {
    const isItself = `/ipfs/${entry.path}` === from;
    if (isItself) {
      await saveFile(core, from, folder, name, path, options);
      progress?.(path);
      return;
    }
    inside ??= await open();
    const at = `/ipfs/${entry.cid}`;
    const into = `${path}/${entry.name}`;
    if (entry.type === 'dir') {
      await saveEntry(core, at, inside, entry.name, into, options, progress);
    } else {
      await saveFile(core, at, inside, entry.name, into, options);
      progress?.(into);
    }
  }
  inside ??= await open(); // of an empty one
}

async function saveFile(
  core: Core,
  from: string,
  folder: FileSystemDirectoryHandle,
  name: string,
  path: string,
  options: Bounds,
): Promise<void> {
  const file = await written(core, path, () =>
    folder.getFileHandle(name, { create: true }),
  );
  if (typeof file.createWritable !== 'function') {
    const message = 'this browser writes no files';
    throw new core.SharednodeError('not-supported', message, { op: 'save' });
  }
  const sink = await written(core, path, () => file.createWritable());
  try {
    for await (const chunk of core.cat(core.link, from, options)) {
      await written(core, path, () =>
        sink.write(chunk as Uint8Array<ArrayBuffer>),
      );
    }
    await written(core, path, () => sink.close());
  } catch (error) {
    await sink.abort().catch(() => {}); // the file stays as it was
    throw error;
  }
}

/** Does something with the folder, whose errors are the sink's. */
async function written<T>(
  { SharednodeError }: Core,
  path: string,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new SharednodeError('sink-error', `cannot write ${path}`, {
      op: 'save',
      details: { path },
      cause,
    });
  }
}
