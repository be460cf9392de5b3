/**
 * The worker's script, of a shared worker and of a dedicated one alike: settles
 * with the other workers of the repo which of them is to run the node
 * (worker/arbitration.ts), runs the node's program, and holds the ports of the
 * tabs until it is up. Classic, and after the script of the Go toolchain that
 * defines `Go`. It tells every tab if the program cannot be had here, or ends.
 *
 * Ports come as `connect` events to a shared worker; to a dedicated one as
 * messages `{type: 'port'}` with the port transferred, and it tells the page that
 * runs it what a page cannot see (elected/host.ts).
 */

import { messageOf } from './errors.js';
import { holdForever, holdNew } from './locks.js';
import { newEpoch, repoOf, scriptLock, workersChannel } from './names.js';
import type { Worker } from './nodeapi.gen.js';
import { VERSION } from './version.js';
import { Arbitration, type WorkerChannel } from './worker/arbitration.js';
import { Doorman } from './worker/doorman.js';
import { type Failure, runProgram } from './worker/program.js';
import { RepoLock } from './worker/repo-lock.js';

/** How long, in ms, a program that is to end may take before it is cut off. */
const SHUTDOWN_GRACE = 10_000;

/**
 * How long, in ms, the tabs have to hear why the worker ends before they notice
 * by its lock that it has: in WebKit messages take the longer way.
 */
const LAST_WORDS = 100;

/** What the program finds as `globalThis.sharednode`, and leaves there. */
interface Surroundings {
  /** Names the node's database. */
  readonly repo: string;
  /** Where the program runs. */
  readonly worker: Worker;
  /** A Web Lock that is held as long as this worker lives. */
  readonly lock: string;
  /** Whether it is certain that this worker has the repo. */
  isFresh(): boolean;
  /** Asks the browser the same, before something is written if it is not. */
  confirm(): Promise<boolean>;
  /** Set by the program: takes a port. */
  accept: (port: MessagePort) => void;
  /** Set by the program: sends the clients to another worker, and ends. */
  shutdown: (successor: Worker) => void;
}

/** What this script needs of its global scope. */
interface WorkerScope {
  name: string;
  location: { href: string; hash: string };
  navigator: { locks?: LockManager };
  onconnect?: ((event: { ports: readonly MessagePort[] }) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  sharednode: Surroundings;
  /** A dedicated worker's. */
  postMessage?: (message: { type: string; lock?: string }) => void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;
const doorman = new Doorman();
const receive = ({ ports: [port] }: { ports: readonly MessagePort[] }) => {
  if (port !== undefined) {
    doorman.receive(port);
  }
};

// Before anything else, or the first tab would not be heard.
const shared = 'onconnect' in scope;
if (shared) {
  scope.onconnect = receive;
} else {
  scope.onmessage = (event) => {
    if ((event.data as { type?: unknown } | null)?.type === 'port') {
      receive(event);
    }
  };
  holdNew().then(
    ({ name }) => scope.postMessage?.({ type: 'started', lock: name }),
    () => {}, // no locks: the arbitration says so
  );
}

const me: Worker = {
  kind: shared ? 'shared' : 'dedicated',
  url: scope.location.href,
  version: VERSION,
  epoch: newEpoch(),
};
const lock = `${scope.name}:${me.epoch}`;
holdForever(scriptLock(scope.name, scope.location.href));

let end: (failure: Failure) => void;
/** Why this worker is to end, whatever its program does. */
const ended = new Promise<Failure>((resolve) => {
  end = resolve;
});
let successor: Worker | undefined;
let shutdown: ((successor: Worker) => void) | undefined;

const arbitration = new Arbitration(
  me,
  new RepoLock(scope.navigator.locks, scope.name, lock),
  new BroadcastChannel(workersChannel(scope.name)) as WorkerChannel,
  {
    onyield: (worker) => {
      successor = worker;
      if (shutdown === undefined) {
        end(movedTo(worker));
      } else {
        shutdown(worker);
        setTimeout(() => end(movedTo(worker)), SHUTDOWN_GRACE);
      }
    },
    onlost: () => {
      end({ code: 'closing', message: 'another worker took the repo' });
    },
  },
);

scope.sharednode = {
  repo: repoOf(scope.name),
  worker: me,
  lock,
  isFresh: () => arbitration.isFresh(),
  confirm: () => arbitration.confirm(),
  set accept(accept: (port: MessagePort) => void) {
    doorman.open(accept);
  },
  set shutdown(f: (successor: Worker) => void) {
    shutdown = f;
  },
};

Promise.race([ended, run()]).then((failure) => {
  doorman.close(failure);
  setTimeout(() => {
    arbitration.release();
    scope.postMessage?.({ type: 'ended' });
    // The next tab that connects gets a worker that begins anew.
    scope.close();
  }, LAST_WORDS);
});

async function run(): Promise<Failure> {
  try {
    const holder = await arbitration.run();
    if (holder !== undefined) {
      return movedTo(holder);
    }
  } catch (error) {
    const message = `the repo's Web Lock cannot be had: ${messageOf(error)}`;
    return { code: 'worker-failed', message };
  }
  const program = scope.location.hash.slice(1) || 'node.wasm';
  const url = new URL(program, scope.location.href);
  const failure = await runProgram(url);
  return successor === undefined ? failure : movedTo(successor);
}

function movedTo(worker: Worker): Failure {
  return {
    code: 'worker-moved',
    message: `the node runs in the worker ${worker.url} of version ${worker.version}`,
    details: { worker },
  };
}
