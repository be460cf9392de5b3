import { messageOf, SharednodeError } from './errors.js';

/** Loads what few pages need, from beside the client's script. */
export function loadRare(): Promise<typeof import('./rare.js')> {
  return import('./rare.js').catch(failed);
}

/** Loads what pages need whose browser has no SharedWorker, likewise. */
export function loadElected(): Promise<typeof import('./elected.js')> {
  return import('./elected.js').catch(failed);
}

function failed(cause: unknown): never {
  throw new SharednodeError('script-failed', messageOf(cause), { cause });
}
