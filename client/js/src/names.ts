/** What a page and the worker's script call things that they have in common. */

const PREFIX = 'sharednode:';

/** The name of a repo's worker. */
export function workerName(repo: string): string {
  return PREFIX + repo;
}

/** The repo of a worker's name. */
export function repoOf(workerName: string): string {
  return workerName.slice(PREFIX.length);
}

/** The Web Lock that a worker holds from its first line to its end. */
export function scriptLock(workerName: string, scriptURL: string): string {
  return `${workerName}:script:${scriptURL}`;
}

/** The BroadcastChannel on which the workers of a repo settle who runs it. */
export function workersChannel(workerName: string): string {
  return `${workerName}:workers`;
}

/** A worker's epoch, by which it is told from all others. */
export function newEpoch(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
