import type { StorageAccess } from '../party.js';

/** What Chromium alone has: https://privacycg.github.io/saa-non-cookie-storage/ */
type Request = (types: object) => Promise<StorageAccess>;

/** What of the first party's storage the node is in, and what tells of it. */
const types = { SharedWorker: true, indexedDB: true, locks: true };

function request(): Request | undefined {
  if (typeof SharedWorker === 'undefined') {
    return undefined; // no other worker is reached by it
  }
  // It came with that, and its own class is not to be seen.
  return 'hasUnpartitionedCookieAccess' in document
    ? (document.requestStorageAccess.bind(document) as unknown as Request)
    : undefined;
}

/** Whether the person can let this frame have the first party's node. */
export function canAskAccess(): boolean {
  return request() !== undefined && window.parent !== window;
}

/**
 * Gives access to the first party's storage where that was granted before; without
 * a click nothing is asked.
 */
export async function keptAccess(): Promise<StorageAccess | undefined> {
  if (!canAskAccess()) {
    return undefined;
  }
  try {
    const name = 'storage-access' as PermissionName;
    const { state } = await navigator.permissions.query({ name });
    return state === 'granted' ? await request()?.(types) : undefined;
  } catch {
    return undefined; // not without a click
  }
}

/** Asks for it. To be called in a click's own turn. */
export async function askAccess(): Promise<StorageAccess | undefined> {
  try {
    return await request()?.(types);
  } catch {
    return undefined; // refused
  }
}
