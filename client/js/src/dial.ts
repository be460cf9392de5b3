import { SharednodeError } from './errors.js';
import { scriptLock, workerName } from './names.js';
import type { Port } from './protocol/port.js';

/** A way to a worker, of which it is not known yet whether it lives. */
export interface Dialed {
  port: Port;
  /** The Web Lock that the worker holds as long as it lives, or ''. */
  lock: string;
  /** Rejects if the worker's script cannot be had. Never resolves. */
  failed: Promise<never>;
}

/** Reaches the shared worker of a repo, which is started if there is none. */
export function dialSharedWorker(url: URL, repo: string): Dialed {
  if (typeof SharedWorker === 'undefined') {
    throw new SharednodeError('not-supported', 'no SharedWorker here', {
      op: 'connect',
    });
  }
  const name = workerName(repo);
  const worker = new SharedWorker(url, { name });
  const failed = new Promise<never>((_, reject) => {
    worker.onerror = () => {
      reject(
        new SharednodeError(
          'worker-failed',
          `the worker's script could not be loaded: ${url.href}`,
          { op: 'connect', details: { url: url.href } },
        ),
      );
    };
  });
  failed.catch(() => {}); // it may fail when nobody waits any more
  return {
    port: worker.port as Port,
    lock: scriptLock(name, url.href),
    failed,
  };
}
