import { messageOf, SharednodeError } from './errors.js';

/** Loads what few pages need, from beside the client's script. */
export function loadRare(): Promise<typeof import('./rare.js')> {
  return import('./rare.js').catch(failed);
}

/** Loads what pages need whose browser has no SharedWorker, likewise. */
export function loadElected(): Promise<typeof import('./elected.js')> {
  return import('./elected.js').catch(failed);
}

/** Loads what pages need that read large files, if it can be had: it only helps. */
export function loadLeaves(): Promise<
  typeof import('./leaves.js') | undefined
> {
  return import('./leaves.js').catch(() => undefined);
}

function failed(cause: unknown): never {
  throw new SharednodeError('script-failed', messageOf(cause), { cause });
}
