/**
 * Web Locks tell each side of a port that the other is gone: a lock is given
 * up when the page or worker that holds it goes, in whatever way it goes.
 */

/** Takes a lock; gives what gives it up. */
export function hold(locks: LockManager, name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, () => new Promise<void>((release) => resolve(release)))
      .catch(reject);
  });
}

/** Waits until nobody holds the lock. */
export async function released(
  locks: LockManager,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await locks.request(name, { mode: 'shared', signal }, () => undefined);
}

/** A name for a lock that nobody else takes. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0'));
  return `sharednode:client:${hex.join('')}`;
}
