import type { Core } from './core.js';
import { type CallOptions, within } from './deadline.js';
import { loadRare } from './load.js';
import { byteReader, type ByteReader } from './reader.js';

/** The groups of rare calls by their names, and the methods of each. */
type Groups = Awaited<ReturnType<typeof loadRare>>['groups'];
type Group<N extends keyof Groups> = ReturnType<Groups[N]>;

/** What a method gives at once, before its script is there. */
const enum Gives {
  /** A promise. */
  One,
  /** An async generator. */
  Many,
  /** One of bytes. */
  Bytes,
}

type GivesOf<M> = M extends (...args: never) => Promise<unknown>
  ? Gives.One
  : M extends (...args: never) => ByteReader
    ? Gives.Bytes
    : Gives.Many;

const shapes: {
  [N in keyof Groups]: { [M in keyof Group<N>]: GivesOf<Group<N>[M]> };
} = {
  '': {
    addBlockSource: Gives.One,
    createPort: Gives.One,
    dns: Gives.One,
    ping: Gives.Many,
    refs: Gives.Many,
    resolve: Gives.One,
    samples: Gives.One,
    save: Gives.One,
    status: Gives.One,
  },
  bitswap: { stat: Gives.One, wantlist: Gives.One, wantlistForPeer: Gives.One },
  bootstrap: {
    add: Gives.One,
    clear: Gives.One,
    list: Gives.One,
    reset: Gives.One,
    rm: Gives.One,
  },
  config: { get: Gives.One, getAll: Gives.One },
  datastore: {
    batch: Gives.One,
    delete: Gives.One,
    get: Gives.One,
    has: Gives.One,
    put: Gives.One,
    query: Gives.Many,
  },
  dag: { export: Gives.Bytes, import: Gives.Many, stat: Gives.One },
  files: {
    chmod: Gives.One,
    cp: Gives.One,
    flush: Gives.One,
    ls: Gives.Many,
    mkdir: Gives.One,
    mv: Gives.One,
    read: Gives.Bytes,
    rm: Gives.One,
    stat: Gives.One,
    touch: Gives.One,
    write: Gives.One,
  },
  grants: { list: Gives.Many, revoke: Gives.One, set: Gives.One },
  key: {
    export: Gives.One,
    gen: Gives.One,
    import: Gives.One,
    list: Gives.One,
    rename: Gives.One,
    rm: Gives.One,
  },
  libp2p: { dialProtocol: Gives.One, handle: Gives.One, unhandle: Gives.One },
  log: { level: Gives.One, levels: Gives.One, ls: Gives.One, tail: Gives.Many },
  name: { publish: Gives.One, resolve: Gives.Many },
  pin: {
    add: Gives.One,
    addAll: Gives.Many,
    ls: Gives.Many,
    rm: Gives.One,
    rmAll: Gives.Many,
    update: Gives.One,
  },
  'pin.remote': {
    add: Gives.One,
    ls: Gives.Many,
    rm: Gives.One,
    rmAll: Gives.One,
  },
  'pin.remote.service': { add: Gives.One, ls: Gives.One, rm: Gives.One },
  refs: { local: Gives.Many },
  repo: {
    gc: Gives.Many,
    stat: Gives.One,
    verify: Gives.Many,
    version: Gives.One,
  },
  room: { join: Gives.One },
  routing: {
    findPeer: Gives.Many,
    findProvs: Gives.Many,
    get: Gives.Many,
    provide: Gives.Many,
    put: Gives.Many,
  },
  stats: { bitswap: Gives.One, bw: Gives.Many, repo: Gives.One },
  swarm: {
    addrs: Gives.One,
    connect: Gives.One,
    disconnect: Gives.One,
    localAddrs: Gives.One,
    peers: Gives.One,
  },
};

/** Any group, as far as the compiler is to know. */
type AnyGroup = Record<string, (...args: unknown[]) => any>;

/**
 * A group of calls that few pages make. Its script is loaded with the first of
 * them, which fails with `script-failed` if it cannot be; the next tries again.
 */
export function later<N extends keyof Groups>(core: Core, name: N): Group<N> {
  let group: AnyGroup | undefined;
  const load = async () => {
    const { groups } = await loadRare();
    return (group ??= groups[name](core) as unknown as AnyGroup);
  };
  const methodOf = async (method: string, args: unknown[]) => {
    group ??
      (await within(
        boundsOf(args),
        name ? `${name}.${method}` : method,
        load(),
      ));
    return group?.[method] as AnyGroup[string];
  };
  const stubs: Record<string, unknown> = {};
  for (const [method, gives] of Object.entries<Gives>(shapes[name])) {
    const one = async (...args: unknown[]) =>
      (await methodOf(method, args))(...args);
    const many = async function* (...args: unknown[]) {
      return yield* (await methodOf(method, args))(...args);
    };
    const bytes = (...args: unknown[]) => byteReader(many(...args));
    stubs[method] = [one, many, bytes][gives];
  }
  return stubs as Group<N>;
}

/** What bounds a call: its options, which come last, if it has some. */
function boundsOf(args: unknown[]): CallOptions {
  const { signal, timeout } = Object(args.at(-1)) as CallOptions;
  return { signal, timeout };
}
