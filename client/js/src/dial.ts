import { SharednodeError } from './errors.js';
import { loadElected } from './load.js';
import { scriptLock, workerName } from './names.js';
import type { Worker as Place } from './nodeapi.gen.js';
import type { Port } from './protocol/port.js';
import { type StorageAccess, type StorageKind, storageHere } from './party.js';

/** A way to a worker, of which it is not known yet whether it lives. */
export interface Dialed {
  port: Port;
  /** The Web Lock that the worker holds as long as it lives, or ''. */
  lock: string;
  /** Rejects if the worker's script cannot be had. Never resolves. */
  failed: Promise<never>;
  /** Where the lock tells nothing: resolves once the worker is known to be gone. */
  gone?: Promise<void>;
}

/** Where a repo's worker is to be found. */
export interface Route {
  /** Names the repo, if it is one of this origin's. */
  readonly repo: string;
  /** Which of the origin's nodes it leads to; the first party's unless set. */
  readonly storage?: StorageKind;
  /** Whether the repo's database is this page's too, and may be read by it. */
  readonly readsRepo?: boolean;
  /** Where locks are held in common with the worker, if not where others are. */
  readonly locks?: LockManager | null | undefined;
  /** Begins a way to the worker, which is started if there is none. */
  dial(signal: AbortSignal): Dialed | Promise<Dialed>;
  /** Goes on to the worker that another one names: a `Worker` of the API. */
  follow(place: unknown): void;
  /** Goes back to the client's own worker; false if it was there. */
  goHome(): boolean;
}

/** The route that begins at a script, and leads elsewhere if a worker says so. */
export function routeTo(
  url: URL,
  repo: string,
  kind: string,
  access?: StorageAccess,
): Route {
  const home = { kind, url };
  let place = home;
  storageHere(); // a first party leaves its mark for frames
  // Of workers it reaches shared ones alone.
  const reach = kind === 'dedicated' ? undefined : access;
  return {
    repo,
    readsRepo: reach === undefined && readsAlone(),
    locks: reach && (reach.locks ?? null),
    get storage() {
      return reach === undefined ? storageHere() : 'unpartitioned';
    },
    dial: () =>
      place.kind === 'dedicated'
        ? dialDedicatedWorker(place.url, repo)
        : dialSharedWorker(place.url, repo, reach),
    follow(to) {
      const { kind, url } = (to ?? home) as Place;
      if (reach !== undefined && kind === 'dedicated') {
        throw new SharednodeError(
          'not-supported',
          'the node runs in a tab, which storage access does not lead to',
          { op: 'connect' },
        );
      }
      place = { kind, url: new URL(url ?? home.url) };
    },
    goHome() {
      const away = place !== home;
      place = home;
      return away;
    },
  };
}

/**
 * Whether a transaction on IndexedDB ends without its page, so that one that hangs
 * holds nobody up. WebKit's do not, committed as they are.
 */
function readsAlone(): boolean {
  return (
    typeof indexedDB !== 'undefined' &&
    !/AppleWebKit(?!.*Chrome)/.test(navigator.userAgent)
  );
}

/** What few pages need is loaded by those: their browser has no SharedWorker. */
async function dialDedicatedWorker(url: URL, repo: string): Promise<Dialed> {
  const { dialElected } = await loadElected();
  return dialElected(url, repo);
}

function dialSharedWorker(
  url: URL,
  repo: string,
  access: StorageAccess | undefined,
): Dialed {
  if (typeof SharedWorker === 'undefined') {
    throw new SharednodeError('not-supported', 'no SharedWorker here', {
      op: 'connect',
    });
  }
  const name = workerName(repo);
  // It has no use for cookies, and only without those that other sites do not
  // get does Chromium let frames on other sites reach it, by storage access.
  const options = { name, sameSiteCookies: 'none' };
  const worker =
    access === undefined
      ? new SharedWorker(url, options)
      : access.SharedWorker(url, options);
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
