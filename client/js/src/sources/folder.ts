import type { Candidate } from './entry.js';
import type { DroppedEntry, Handle } from './handles.js';

/** Gives a file, or a folder with all it holds. */
export function walk(source: Handle | DroppedEntry): AsyncGenerator<Candidate> {
  return 'kind' in source ? walkHandle(source) : walkDropped(source);
}

/** Gives a handle's file, or its folder with all it holds. */
async function* walkHandle(
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
async function* walkDropped(entry: DroppedEntry): AsyncGenerator<Candidate> {
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
