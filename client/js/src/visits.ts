import { workerName } from './names.js';

/**
 * Remembers which node a repo had, and gives which it had at the last visit, or
 * nothing where that is not known: pages may have no storage, and what clears a
 * repo may clear this with it.
 */
export function noteVisit(repo: string, peerId: string): string | null {
  try {
    const key = workerName(repo);
    const last = localStorage.getItem(key);
    localStorage.setItem(key, peerId);
    return last;
  } catch {
    return null;
  }
}
