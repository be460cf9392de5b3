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
