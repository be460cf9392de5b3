/**
 * The worker's script: runs the node's program, and holds the ports of the
 * tabs until it is up. Classic, and after the script of the Go toolchain that
 * defines `Go`. It hands each port to the program by `sharednode.accept`,
 * which the program sets when it is ready, and tells every tab if the program
 * cannot be had or ends.
 */

import { holdForever } from './locks.js';
import { repoOf, scriptLock } from './names.js';
import { Doorman } from './worker/doorman.js';
import { runProgram } from './worker/program.js';

/** What this script needs of its SharedWorkerGlobalScope. */
interface WorkerScope {
  name: string;
  location: { href: string; hash: string };
  onconnect: ((event: { ports: readonly MessagePort[] }) => void) | null;
  sharednode: {
    /** Names the node's database and lock. */
    readonly repo: string;
    /** Set by the program: takes a port. */
    accept: (port: MessagePort) => void;
  };
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;
const doorman = new Doorman();

// Before anything else, or the first tab would not be heard.
scope.onconnect = ({ ports }) => {
  const [port] = ports;
  if (port !== undefined) {
    doorman.receive(port);
  }
};

scope.sharednode = {
  repo: repoOf(scope.name),
  set accept(accept: (port: MessagePort) => void) {
    doorman.open(accept);
  },
};

holdForever(scriptLock(scope.name, scope.location.href));

const program = scope.location.hash.slice(1) || 'node.wasm';
runProgram(new URL(program, scope.location.href)).then((failure) => {
  doorman.close(failure);
  // The next tab that connects gets a worker that begins anew; only the end
  // of this one gives up the locks that its program held.
  scope.close();
});
