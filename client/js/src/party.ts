/**
 * Which node of its origin a page has: the one that pages of the origin in
 * windows of their own share (`first-party`), also from a frame on another site
 * (`unpartitioned`), or one that the frames on that other site have for
 * themselves (`partitioned`).
 */
export type StorageKind = 'first-party' | 'partitioned' | 'unpartitioned';

/** What the client uses of a StorageAccessHandle. */
export interface StorageAccess {
  SharedWorker(url: URL, options: WorkerOptions): SharedWorker;
  readonly locks?: LockManager;
}

/** Left by first parties, and found by frames that share their storage. */
const MARK = 'sharednode:first-party';

/**
 * Tells what this page has. A frame on another site that finds no mark of a first
 * party is taken to be partitioned: so it is, or the person has not been there.
 */
export function storageHere(): StorageKind {
  const first = isFirstParty();
  try {
    if (first) {
      localStorage.setItem(MARK, '1');
    } else if (localStorage.getItem(MARK)) {
      return 'unpartitioned';
    }
  } catch {
    // Pages may have none.
  }
  return first ? 'first-party' : 'partitioned';
}

/** Whether all that this page is framed by is of its origin. */
function isFirstParty(): boolean {
  try {
    let page: Window = self;
    while (page !== page.parent) {
      page = page.parent;
      if (page.origin !== origin) {
        return false;
      }
    }
    return true;
  } catch {
    return false; // of another origin, it does not tell which
  }
}
