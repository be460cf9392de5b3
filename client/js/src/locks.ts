import { newEpoch } from './names.js';

/**
 * Web Locks tell each side of a port that the other is gone: a lock is given
 * up when the page or worker that holds it goes, in whatever way it goes.
 * Where there are none, as outside secure contexts, nothing tells.
 */

function manager(): LockManager | undefined {
  return (globalThis.navigator as Navigator | undefined)?.locks;
}

/** A lock that is held; its name is '' where there are none. */
export interface HeldLock {
  readonly name: string;
  readonly release: () => void;
}

/** Takes a lock that nobody else takes. */
export async function holdNew(
  locks: LockManager | null | undefined = manager(),
): Promise<HeldLock> {
  if (!locks) {
    return { name: '', release: () => {} };
  }
  const name = `sharednode:client:${newEpoch()}`;
  return { name, release: await hold(locks, name) };
}

/** Takes a lock for as long as this page or worker lives. */
export function holdForever(name: string): void {
  const never = new Promise(() => {});
  manager()
    ?.request(name, () => never)
    .catch(() => {}); // a context that may have no locks
}

/** Waits until nobody holds the lock; for ever if there are none. */
export async function released(
  name: string,
  signal: AbortSignal,
  locks: LockManager | null | undefined = manager(),
): Promise<void> {
  if (!locks || name === '') {
    return new Promise(() => {});
  }
  await locks.request(name, { mode: 'shared', signal }, () => undefined);
}

function hold(locks: LockManager, name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const granted = () => new Promise<void>((release) => resolve(release));
    locks.request(name, granted).catch(reject);
  });
}
