import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';

/** Options of `save`. */
export interface SaveOptions extends CallOptions {
  /** What it is called in the folder; the last part of the path unless set. */
  name?: string | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
  /** Told of each file once it is written, by its path in the folder. */
  progress?: ((path: string) => void) | undefined;
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
    await saveEntry(core, from, folder, target, target, bounds, progress);
  } finally {
    release();
  }
}

async function saveEntry(
  core: Core,
  from: string,
  folder: FileSystemDirectoryHandle,
  name: string,
  path: string,
  options: { signal: AbortSignal; offline?: boolean | undefined },
  progress: SaveOptions['progress'],
): Promise<void> {
  let inside: FileSystemDirectoryHandle | undefined;
  const create = { create: true };
  const open = () =>
    written(core, path, () => folder.getDirectoryHandle(name, create));
  try {
    for await (const entry of core.ls(core.link, from, options)) {
      inside ??= await open();
      await saveEntry(
        core,
        entry.cid.toString(),
        inside,
        entry.name,
        `${path}/${entry.name}`,
        options,
        progress,
      );
    }
    inside ??= await open(); // of an empty one
  } catch (error) {
    if ((error as { code?: string }).code !== 'not-a-directory' || inside) {
      throw error;
    }
    await saveFile(core, from, folder, name, path, options);
    progress?.(path);
  }
}

async function saveFile(
  core: Core,
  from: string,
  folder: FileSystemDirectoryHandle,
  name: string,
  path: string,
  options: { signal: AbortSignal; offline?: boolean | undefined },
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
