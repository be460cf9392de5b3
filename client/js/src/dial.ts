import { SharednodeError } from './errors.js';
import type { Port } from './protocol/port.js';

/** A way to a worker. */
export interface Dialed {
  port: Port;
  /** Rejects if the worker cannot be reached. Never resolves. */
  failed: Promise<never>;
}

/** Reaches the shared worker of a repo, which is started if there is none. */
export function dialSharedWorker(url: URL, repo: string): Dialed {
  if (typeof SharedWorker === 'undefined') {
    throw new SharednodeError('not-supported', 'no SharedWorker here', {
      op: 'connect',
    });
  }
  const worker = new SharedWorker(url, { name: `sharednode:${repo}` });
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
  return { port: worker.port as Port, failed };
}
