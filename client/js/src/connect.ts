import { type CallOptions, watch } from './deadline.js';
import { routeTo } from './dial.js';
import { loadRare } from './load.js';
import type { Config, Hello } from './nodeapi.gen.js';
import { Sharednode } from './node.js';
import {
  bool,
  count,
  invalidOption,
  oneOf,
  pick,
  text,
  texts,
} from './options.js';
import type { StorageAccess } from './party.js';
import { PortRoute } from './port-route.js';
import { notPersistedWarning } from './warnings.js';

/** Options of {@link connect}. */
export interface ConnectOptions extends CallOptions {
  /**
   * The worker's script, which loads the `node.wasm` that its URL's fragment
   * names, or the one beside it; `worker.js` beside this module unless set.
   */
  workerURL?: URL | string | undefined;
  /** Names the node's database and its lock; `default` unless set. */
  repo?: string | undefined;
  /** What this tab asks of the node. */
  config?: Config | undefined;
  /**
   * What to do where the node already runs with another configuration: fail
   * (`error`), or take what there is and fire `warning` (`join`); `error`
   * unless set.
   */
  onConflict?: 'error' | 'join' | undefined;
  /**
   * Where the node runs: in a SharedWorker (`shared`), in a Worker of one of
   * the tabs, which the others reach through it (`dedicated`), or (`auto`) in
   * the first if the browser has it and in the second otherwise; `auto` unless
   * set. A node that runs already is reached where it is.
   */
  worker?: 'auto' | 'shared' | 'dedicated' | undefined;
  /**
   * Asks the browser not to evict what this origin stores. Some ask the person;
   * nothing waits for the answer. Unless it is yes, `warning` is fired with code
   * `not-persisted`, and the node works as ever.
   */
  persist?: boolean | undefined;
  /**
   * Reaches the node of whoever gave this port, by `node.createPort`, in the
   * place of the page's own: what may be done there is what the port was granted.
   * Of the other options only `signal` and `timeout` are heeded.
   */
  port?: MessagePort | undefined;
  /**
   * What `document.requestStorageAccess({ all: true })` gave to this page, which
   * is in a frame on another site: reaches the node that pages in windows of
   * their own have.
   */
  access?: StorageAccess | undefined;
}

const WORKERS = ['auto', 'shared', 'dedicated'];
const CONFLICTS = ['error', 'join'];

/**
 * Connects to the origin's node, which is started if no tab has it running.
 *
 * @throws `config-conflict`, `version-unsupported`, `worker-failed`,
 * `worker-crashed`, `too-many-sessions`, `storage-failed`
 *
 * @example
 * const node = await connect();
 * const { cid } = await node.add('hello world');
 */
export async function connect(
  options: ConnectOptions = {},
): Promise<Sharednode> {
  const op = 'connect';
  const { port, access } = options;
  if (port !== undefined) {
    if (typeof (port as MessagePort | null)?.postMessage !== 'function') {
      throw invalidOption(op, 'port', port);
    }
    const hello = { config: {} };
    return open(new Sharednode(new PortRoute(port), hello), options);
  }
  const {
    repo = 'default',
    worker = 'auto',
    onConflict,
    persist,
  } = pick<{
    repo?: string;
    worker?: string;
    onConflict?: string;
    persist?: boolean;
  }>(op, options, {
    repo: text,
    worker: oneOf(WORKERS),
    onConflict: oneOf(CONFLICTS),
    persist: bool,
  });
  const hello: Hello = { config: readConfig(options.config) };
  if (onConflict !== undefined) {
    hello.onConflict = onConflict;
  }
  const kind =
    worker === 'auto' && typeof SharedWorker === 'undefined'
      ? 'dedicated'
      : worker;
  const route = routeTo(workerURL(options.workerURL), repo, kind, access);
  const node = await open(new Sharednode(route, hello), options);
  if (persist) {
    const tell = (reason: string) => {
      const detail = notPersistedWarning(reason);
      node.dispatchEvent(new CustomEvent('warning', { detail }));
    };
    loadRare()
      .then((rare) => rare.persistStorage(navigator.storage, tell))
      .catch(() => tell('unsupported'));
  }
  return node;
}

/** Waits until a client has reached its worker, within what options allow. */
export async function open(
  node: Sharednode,
  options: CallOptions,
): Promise<Sharednode> {
  let stopped: { reason: unknown } | undefined;
  const unwatch = watch(options, 'connect', (reason) => {
    stopped = { reason };
    void node.close();
  });
  try {
    await node.connect();
  } catch (error) {
    void node.close();
    throw stopped === undefined ? error : stopped.reason;
  } finally {
    unwatch();
  }
  return node;
}

/**
 * The worker's script. What lies beside this module is named in full, so that
 * bundlers see both files. Where one has moved the program away from the
 * script, the script is told; elsewhere its URL stays plain, since a client of
 * another kind has to name the same.
 */
function workerURL(given: unknown): URL {
  if (given === undefined) {
    const script = new URL('./worker.js', import.meta.url);
    const program = new URL('./node.wasm', import.meta.url);
    if (program.href !== new URL('node.wasm', script).href) {
      script.hash = program.href;
    }
    return script;
  }
  try {
    return new URL(given as string | URL, globalThis.location?.href);
  } catch {
    throw invalidOption('connect', 'workerURL', given);
  }
}

function readConfig(config: object = {}): Config {
  const checks = {
    durability: text,
    storageMax: count,
    storageGCWatermark: count,
    network: text,
    bootstrap: texts,
    relays: texts,
    swarm: texts,
    topics: texts,
    lowWater: count,
    highWater: count,
    dns: text,
    delegatedRouters: texts,
    gateways: texts,
  };
  const known = pick<Config>('connect', config, checks);
  for (const name in config) {
    if (!(name in checks)) {
      throw invalidOption('connect', `config.${name}`, undefined);
    }
  }
  return known;
}
