import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type DatastoreChange,
  type DatastoreKey,
  type DatastoreQuery,
  type DatastoreRecord,
  Methods,
} from '../nodeapi.gen.js';
import { bool, text } from '../options.js';
import type { Bytes } from '../sources/bytes.js';

/** Options of `datastore.query`. */
export interface DatastoreQueryOptions extends CallOptions {
  /** What the keys begin with; what all do unless set. */
  prefix?: string | undefined;
  /** Leaves out the values. */
  keysOnly?: boolean | undefined;
}

/** One change of `datastore.batch`: it deletes unless there is a value. */
export interface DatastoreWrite {
  /** The key, `/a/b`. */
  key: string;
  /** The new value; the record is deleted unless set. */
  value?: Bytes | undefined;
}

/** One record. */
export interface DatastoreEntry {
  /** The key, `/a/b`. */
  key: string;
  /** Of no bytes where keys alone were asked for. */
  value: Uint8Array;
}

/**
 * Records of applications, which all tabs of the origin share. Keys are of the
 * form `/a/b`, of 1 KiB at most.
 */
export interface DatastoreAPI {
  /**
   * Whether there is a record under a key.
   *
   * @throws `bad-request`
   */
  has(key: string, options?: CallOptions): Promise<boolean>;
  /**
   * Gives the value under a key.
   *
   * @throws `no-such-record`, `bad-request`
   */
  get(key: string, options?: CallOptions): Promise<Uint8Array>;
  /**
   * Keeps a value of 4 MiB at most.
   *
   * @throws `batch-too-large`, `storage-full`, `bad-request`
   */
  put(key: string, value: Bytes, options?: CallOptions): Promise<void>;
  /**
   * Removes a record, if there is one.
   *
   * @throws `bad-request`
   */
  delete(key: string, options?: CallOptions): Promise<void>;
  /**
   * Makes up to 10,000 changes with 4 MiB of values: all of them or none.
   *
   * @throws `batch-too-large`, `storage-full`, `bad-request`
   */
  batch(
    writes: readonly DatastoreWrite[],
    options?: CallOptions,
  ): Promise<void>;
  /** Gives records as they are when it begins, in no order. */
  query(options?: DatastoreQueryOptions): AsyncGenerator<DatastoreEntry, void>;
}

/** The calls on records. */
export function datastoreAPI(core: Core): DatastoreAPI {
  const { link } = core;
  return {
    has: async (key, options = {}) => {
      const op = Methods.DatastoreHas;
      return link.ask<boolean>(op, toKey(core, op, key), options);
    },
    get: async (key, options = {}) => {
      const op = Methods.DatastoreGet;
      return core.collect(link.call(op, toKey(core, op, key), options));
    },
    put: (key, value, options = {}) => batch(core, [{ key, value }], options),
    delete: (key, options = {}) => batch(core, [{ key }], options),
    batch: (writes, options = {}) => batch(core, writes, options),
    query: (options = {}) => query(core, options),
  };
}

async function batch(
  core: Core,
  writes: readonly DatastoreWrite[],
  options: CallOptions,
): Promise<void> {
  const op = Methods.DatastoreBatch;
  const entries = writes.map(({ key, value }) => {
    const header: DatastoreChange = toKey(core, op, key);
    if (value === undefined) {
      return { header: { ...header, delete: true }, content: undefined };
    }
    if (!core.isBytes(value)) {
      throw core.invalidSource(value, op, key);
    }
    return { header, content: core.openContent(value, key) };
  });
  // It is not made again after a loss: another tab may have written since.
  const upload = core.entriesUpload(() => entries.values(), false);
  await core.link.ask(op, null, options, upload);
}

async function* query(
  { itemsOf, link, pick, take }: Core,
  options: DatastoreQueryOptions,
): AsyncGenerator<DatastoreEntry, void> {
  const op = Methods.DatastoreQuery;
  const request = pick<DatastoreQuery>(op, options, {
    prefix: text,
    keysOnly: bool,
  });
  const call = link.call(op, request, options);
  for await (const { key, size = 0 } of itemsOf<DatastoreRecord>(call)) {
    yield { key, value: await take(call, size) };
  }
}

function toKey(core: Core, op: string, key: unknown): DatastoreKey {
  if (typeof key !== 'string') {
    throw core.invalidOption(op, 'key', key);
  }
  return { key };
}
