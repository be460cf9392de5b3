import type { Candidate } from './entry.js';

/** What a page gets by `showDirectoryPicker` or `showOpenFilePicker`. */
export type Handle = FileSystemDirectoryHandle | FileSystemFileHandle;

/** What a page gets by `webkitGetAsEntry` from a drop. */
export type DroppedEntry = FileSystemEntry;

/** Whether a value is a handle, by shape. */
export function isHandle(value: unknown): value is Handle {
  const handle = value as Partial<Handle> | null;
  return (
    typeof value === 'object' &&
    (handle?.kind === 'directory' || handle?.kind === 'file') &&
    typeof handle.name === 'string'
  );
}

/** Whether a value is a dropped file or folder, by shape. */
export function isDroppedEntry(value: unknown): value is DroppedEntry {
  const entry = value as Partial<DroppedEntry> | null;
  return (
    typeof value === 'object' &&
    typeof entry?.isDirectory === 'boolean' &&
    typeof entry.fullPath === 'string'
  );
}

/** Gives a handle's file, or its folder with all it holds. */
export async function* walkHandle(
  handle: Handle,
  path = handle.name,
): AsyncGenerator<Candidate> {
  if (handle.kind === 'file') {
    yield { path, content: await handle.getFile() };
    return;
  }
  yield { path };
  for await (const child of handle.values()) {
    yield* walkHandle(child, `${path}/${child.name}`);
  }
}

/** Gives a dropped file, or a dropped folder with all it holds. */
export async function* walkDropped(
  entry: DroppedEntry,
): AsyncGenerator<Candidate> {
  const path = entry.fullPath.replace(/^\/+/, '') || entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    yield { path, content: file };
    return;
  }
  yield { path };
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // Engines give a hundred or so at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (entries.length === 0) {
      return;
    }
    for (const child of entries) {
      yield* walkDropped(child);
    }
  }
}
