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

/** Whether a value is what a drop or a paste brings, by shape. */
export function isDrop(value: unknown): value is DataTransfer {
  const drop = value as Partial<DataTransfer> | null;
  return (
    typeof value === 'object' &&
    typeof drop?.getData === 'function' &&
    typeof drop.items === 'object'
  );
}

/** The files and folders of a drop, which are there only during its event. */
export function dropped(drop: DataTransfer): (DroppedEntry | File)[] {
  return Array.from(
    drop.items,
    (item) => item.webkitGetAsEntry?.() ?? item.getAsFile(),
  ).filter((item) => item !== null);
}
