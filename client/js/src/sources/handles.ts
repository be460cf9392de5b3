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
