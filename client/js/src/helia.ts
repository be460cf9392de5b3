import type { Blockstore, InputPair, Pair } from 'interface-blockstore';
import type {
  Batch,
  Datastore,
  KeyQuery,
  Pair as Entry,
  Query,
} from 'interface-datastore';
import { Key } from 'interface-datastore/key';
import { CID } from 'multiformats/cid';
import type { DatastoreWrite } from './api/datastore.js';
import type { CallOptions } from './deadline.js';
import type { Sharednode } from './node.js';

/** Records that one message asks for at most, or removes. */
const AT_ONCE = 1000;

type Options = Pick<CallOptions, 'signal'>;
type Many<T> = Iterable<T> | AsyncIterable<T>;

/** Options of {@link SharednodeBlockstore}. */
export interface BlockstoreOptions {
  /**
   * Lets the node look for blocks on the network that the repo has not; `false`
   * unless set. Helia looks there itself, by its brokers.
   *
   * A node of another origin wants the grant `list` of who looks in its repo alone.
   * With `network` a store does without: to `has` nothing is there, and Helia asks
   * its brokers, of which a {@link SharednodeBroker} can be one.
   */
  network?: boolean | undefined;
}

/**
 * Blocks of the node's repo, as Helia takes them
 * (https://www.npmjs.com/package/interface-blockstore): an app keeps its code,
 * and its tabs share one store.
 *
 * The node knows nothing of Helia's pins: what Helia has pinned and the node has
 * not, `node.repo.gc` and a `storageGCWatermark` remove. A block that the node
 * holds by a pin of its own stays when Helia deletes it.
 */
export class SharednodeBlockstore implements Blockstore {
  readonly #node: Sharednode;
  readonly #offline: boolean;

  constructor(node: Sharednode, { network = false }: BlockstoreOptions = {}) {
    this.#node = node;
    this.#offline = !network;
  }

  /** Whether the repo has a block. */
  async has(cid: CID, options: Options = {}): Promise<boolean> {
    try {
      await this.#node.block.stat(cid, { ...bound(options), offline: true });
      return true;
    } catch (error) {
      if (isMissing(error) || (!this.#offline && isNotGranted(error))) {
        return false;
      }
      throw error;
    }
  }

  /** Stores a block, whose bytes have to be what its CID says. */
  async put(
    cid: CID,
    bytes: InputPair['bytes'],
    options: Options = {},
  ): Promise<CID> {
    await this.#node.block.put(await join(bytes), { ...bound(options), cid });
    return cid;
  }

  /** Stores blocks, many at a time, and gives the CIDs in order. */
  async *putMany(
    source: Many<InputPair>,
    options: Options = {},
  ): AsyncGenerator<CID> {
    yield* ahead(source, ({ cid, bytes }) => this.put(cid, bytes, options));
  }

  /** Gives the bytes of a block. */
  async *get(cid: CID, options: Options = {}): AsyncGenerator<Uint8Array> {
    yield await this.#get(cid, options);
  }

  /** Gives blocks in order, of which some are asked for at a time. */
  async *getMany(
    source: Many<CID>,
    options: Options = {},
  ): AsyncGenerator<Pair> {
    yield* ahead(source, async (cid) => ({
      cid,
      bytes: once(await this.#get(cid, options)),
    }));
  }

  /** Gives all blocks of the repo, other applications' too, as raw ones. */
  async *getAll(options: Options = {}): AsyncGenerator<Pair> {
    for await (const { ref } of this.#node.refs.local(bound(options))) {
      const cid = CID.parse(ref);
      try {
        yield { cid, bytes: once(await this.#get(cid, options)) };
      } catch (error) {
        if ((error as Error).name !== NotFoundError.name) {
          throw error; // but for one that was removed meanwhile
        }
      }
    }
  }

  /** Removes a block, unless the node holds it. */
  async delete(cid: CID, options: Options = {}): Promise<void> {
    await this.#remove([cid], options);
  }

  /** Removes blocks, and gives their CIDs in order. */
  async *deleteMany(
    source: Many<CID>,
    options: Options = {},
  ): AsyncGenerator<CID> {
    for await (const cids of groups(source)) {
      await this.#remove(cids, options);
      yield* cids;
    }
  }

  async #get(cid: CID, options: Options): Promise<Uint8Array> {
    try {
      const offline = this.#offline;
      return await this.#node.block.get(cid, { ...bound(options), offline });
    } catch (error) {
      throw isMissing(error) ? new NotFoundError(error) : error;
    }
  }

  async #remove(cids: readonly CID[], options: Options): Promise<void> {
    const removing = this.#node.block.rm(cids, {
      ...bound(options),
      force: true,
      quiet: true,
    });
    for await (const { error } of removing) {
      if (error !== undefined && error.code !== 'pinned') {
        throw error;
      }
    }
  }
}

/**
 * Gives Helia the blocks that its store has not, as one of its block brokers: those
 * that the node can read, and was granted to read if it is another origin's.
 */
export class SharednodeBroker {
  /** What Helia's logs call it. */
  readonly name = 'sharednode';
  readonly #node: Sharednode;

  constructor(node: Sharednode) {
    this.#node = node;
  }

  /** Gives the bytes of a block, from wherever the node has them. */
  retrieve(cid: CID, options: Options = {}): Promise<Uint8Array> {
    return this.#node.block.get(cid, bound(options));
  }
}

/**
 * Records that the node keeps for applications, as Helia takes them
 * (https://www.npmjs.com/package/interface-datastore). They are apart from the
 * node's own, and the same in all tabs.
 */
export class SharednodeDatastore implements Datastore {
  readonly #node: Sharednode;
  readonly #prefix: string;

  /**
   * @param prefix stands before all keys, `/my-app`, so that applications of one
   * origin keep out of each other's way
   */
  constructor(node: Sharednode, prefix = '') {
    this.#node = node;
    this.#prefix = prefix;
  }

  /** Whether there is a record under a key. */
  async has(key: Key, options: Options = {}): Promise<boolean> {
    return this.#node.datastore.has(this.#name(key), bound(options));
  }

  /** Gives the value under a key. */
  async get(key: Key, options: Options = {}): Promise<Uint8Array> {
    try {
      return await this.#node.datastore.get(this.#name(key), bound(options));
    } catch (error) {
      throw isMissing(error) ? new NotFoundError(error) : error;
    }
  }

  /** Keeps a value under a key. */
  async put(key: Key, value: Uint8Array, options: Options = {}): Promise<Key> {
    await this.#node.datastore.put(this.#name(key), value, bound(options));
    return key;
  }

  /** Removes a record, if there is one. */
  async delete(key: Key, options: Options = {}): Promise<void> {
    await this.#node.datastore.delete(this.#name(key), bound(options));
  }

  /** Keeps values, many at a time, and gives the keys in order. */
  async *putMany(
    source: Many<Entry>,
    options: Options = {},
  ): AsyncGenerator<Key> {
    yield* ahead(source, ({ key, value }) => this.put(key, value, options));
  }

  /** Gives records in order, of which some are asked for at a time. */
  async *getMany(
    source: Many<Key>,
    options: Options = {},
  ): AsyncGenerator<Entry> {
    yield* ahead(source, async (key) => ({
      key,
      value: await this.get(key, options),
    }));
  }

  /** Removes records, and gives the keys in order. */
  async *deleteMany(
    source: Many<Key>,
    options: Options = {},
  ): AsyncGenerator<Key> {
    for await (const keys of groups(source)) {
      const writes = keys.map((key) => ({ key: this.#name(key) }));
      await this.#node.datastore.batch(writes, bound(options));
      yield* keys;
    }
  }

  /** Changes that are made all at once, or not at all, by `commit`. */
  batch(): Batch {
    let writes: DatastoreWrite[] = [];
    return {
      put: (key, value) => void writes.push({ key: this.#name(key), value }),
      delete: (key) => void writes.push({ key: this.#name(key) }),
      commit: async (options: Options = {}) => {
        await this.#node.datastore.batch(writes, bound(options));
        writes = [];
      },
    };
  }

  /** Gives the records that match. */
  async *query(query: Query, options: Options = {}): AsyncGenerator<Entry> {
    const found = this.#query(query.prefix, false, options);
    yield* select<Entry>(
      query,
      mapped(found, (entry) => entry),
    );
  }

  /** Gives the keys that match. */
  async *queryKeys(
    query: KeyQuery,
    options: Options = {},
  ): AsyncGenerator<Key> {
    const found = this.#query(query.prefix, true, options);
    yield* select<Key>(
      query,
      mapped(found, ({ key }) => key),
    );
  }

  async *#query(
    prefix = '',
    keysOnly: boolean,
    options: Options,
  ): AsyncGenerator<Entry> {
    const found = this.#node.datastore.query({
      ...bound(options),
      prefix: this.#prefix + prefix,
      keysOnly,
    });
    for await (const { key, value } of found) {
      const name = key.slice(this.#prefix.length);
      if (name.startsWith('/')) {
        yield { key: new Key(name, false), value };
      }
    }
  }

  #name(key: Key): string {
    return this.#prefix + key.toString();
  }
}

/** What stores throw for what they do not have. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';

  constructor(cause: unknown) {
    super('Not Found', { cause });
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'not-found' || code === 'no-such-record';
}

function isNotGranted(error: unknown): boolean {
  return (error as { code?: string }).code === 'not-granted';
}

/** What a call takes of the options of a store, which have others beside. */
function bound({ signal }: Options): Options {
  return { signal };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Makes one of the pieces of a block. */
async function join(bytes: InputPair['bytes']): Promise<Uint8Array> {
  if (bytes instanceof Uint8Array) {
    return bytes;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) {
    pieces.push(piece);
  }
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined
    ? first
    : new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

/** How many calls a store makes ahead of who takes what they give. */
const AHEAD = 16;

/** Does something with each of a source, some of them at a time, in order. */
async function* ahead<T, R>(
  source: Many<T>,
  each: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const item of source) {
    const result = each(item);
    result.catch(() => {}); // told when its turn has come
    running.push(result);
    if (running.length >= AHEAD) {
      yield (await running.shift()) as R;
    }
  }
  for (const result of running) {
    yield await result;
  }
}

/** Takes a source in groups of some. */
async function* groups<T>(source: Many<T>): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of source) {
    if (group.push(item) === AT_ONCE) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) {
    yield group;
  }
}

async function* mapped<T, R>(
  source: AsyncIterable<T>,
  map: (item: T) => R,
): AsyncGenerator<R> {
  for await (const item of source) {
    yield map(item);
  }
}

/** What is to be taken of what was found, as a query has it. */
interface Selection<T> {
  filters?: ((item: T) => boolean)[];
  orders?: ((a: T, b: T) => number)[];
  offset?: number;
  limit?: number;
}

async function* select<T>(
  { filters = [], orders = [], offset = 0, limit = Infinity }: Selection<T>,
  found: AsyncIterable<T>,
): AsyncGenerator<T> {
  let passed = 0;
  for await (const item of sorted(filtered(found, filters), orders)) {
    if (passed >= offset + limit) {
      return;
    }
    if (passed++ >= offset) {
      yield item;
    }
  }
}

async function* filtered<T>(
  found: AsyncIterable<T>,
  filters: ((item: T) => boolean)[],
): AsyncGenerator<T> {
  for await (const item of found) {
    if (filters.every((filter) => filter(item))) {
      yield item;
    }
  }
}

/** Sorts by each order in turn, the last of which counts most. */
async function* sorted<T>(
  found: AsyncIterable<T>,
  orders: ((a: T, b: T) => number)[],
): AsyncGenerator<T> {
  if (orders.length === 0) {
    yield* found;
    return;
  }
  const items: T[] = [];
  for await (const item of found) {
    items.push(item);
  }
  for (const order of orders) {
    items.sort(order);
  }
  yield* items;
}
