import type { Dialed } from './dial.js';
import { SharednodeError } from './errors.js';

/** Reaches a repo's worker where there is no SharedWorker. */
export function dialElected(_url: URL, _repo: string): Dialed {
  throw new SharednodeError('not-supported', 'no SharedWorker here', {
    op: 'connect',
  });
}
