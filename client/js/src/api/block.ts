import type { CID } from 'multiformats/cid';
import { fromWire, toCID } from '../cid.js';
import type { CallOptions } from '../deadline.js';
import type { SharednodeError } from '../errors.js';
import type { Link } from '../link.js';
import {
  type BlockPutOptions as PutRequest,
  type BlockRemoveRequest,
  type BlockStat,
  type CIDOutcome,
  type CIDRequest,
  Methods,
} from '../nodeapi.gen.js';
import { bool, integer, pick, text } from '../options.js';
import { isBytes, toBytes } from '../sources/bytes.js';
import { invalidSource } from '../sources/content.js';
import { bytesUpload } from '../upload.js';
import { outcomeError } from './outcome.js';
import { collect, itemsOf } from './stream.js';

/** Options of `block.put`. */
export interface BlockPutOptions extends CallOptions {
  /** The codec's name; `raw` unless set. */
  format?: string | undefined;
  /** The hash function's name; `sha2-256` unless set. */
  mhtype?: string | undefined;
  /** The CID's version; 1 unless set. */
  version?: 0 | 1 | undefined;
  /** Pins the block, and all that it links to. */
  pin?: boolean | undefined;
  /**
   * What the bytes have to hash to. It stands for the codec, the hash function
   * and the version.
   */
  cid?: CID | string | undefined;
}

/** Options of `block.get` and `block.stat`. */
export interface BlockGetOptions extends CallOptions {
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** Options of `block.rm`. */
export interface BlockRmOptions extends CallOptions {
  /** A block that is not there is no error. */
  force?: boolean | undefined;
  /** Tells only of errors. */
  quiet?: boolean | undefined;
}

/** What became of one block. */
export interface BlockRmResult {
  /** The block. */
  cid: CID;
  /** Why it was not removed. */
  error?: SharednodeError;
}

/** A block's CID and its size in bytes. */
export interface BlockStatResult {
  /** The block. */
  cid: CID;
  /** Bytes. */
  size: number;
}

/** How many blocks one call removes: a request has a bound. */
const REMOVED_AT_ONCE = 1000;

/** Blocks. */
export interface BlockAPI {
  /**
   * Stores bytes as a block, and gives its CID.
   *
   * @throws `unknown-codec`, `unknown-hash`, `invalid-block`,
   * `block-too-large`, `storage-full`
   */
  put(
    block: Uint8Array | ArrayBuffer | ArrayBufferView,
    options?: BlockPutOptions,
  ): Promise<CID>;
  /**
   * Gives the bytes of a block.
   *
   * @throws `invalid-cid`, `not-found`
   */
  get(cid: CID | string, options?: BlockGetOptions): Promise<Uint8Array>;
  /**
   * Tells how large a block is.
   *
   * @throws `invalid-cid`, `not-found`
   */
  stat(cid: CID | string, options?: BlockGetOptions): Promise<BlockStatResult>;
  /**
   * Removes blocks from the repo, and tells of each what became of it: `pinned`
   * where a pin or the tree of `files` holds it, with the `origin` in its details
   * whose pin that is if it is another one's; `not-found` where it is not there.
   *
   * @throws `invalid-cid`
   */
  rm(
    cids: CID | string | readonly (CID | string)[],
    options?: BlockRmOptions,
  ): AsyncGenerator<BlockRmResult, void>;
}

/** The calls on blocks. */
export function blockAPI(link: Link): BlockAPI {
  return {
    put: (block, options = {}) => put(link, block, options),
    get: (cid, options = {}) => get(link, cid, options),
    stat: (cid, options = {}) => stat(link, cid, options),
    rm: (cids, options = {}) => rm(link, cids, options),
  };
}

async function put(
  link: Link,
  block: unknown,
  options: BlockPutOptions,
): Promise<CID> {
  const op = Methods.BlockPut;
  const request: PutRequest = pick<Omit<PutRequest, 'cid'>>(op, options, {
    format: text,
    mhtype: text,
    version: integer,
    pin: bool,
  });
  if (options.cid !== undefined) {
    request.cid = toCID(options.cid, op).bytes;
  }
  if (!isBytes(block) || typeof block === 'string') {
    throw invalidSource(block, op);
  }
  const bytes = toBytes(block, op);
  const { cid } = await link.ask<BlockStat>(
    op,
    request,
    options,
    bytesUpload(bytes),
  );
  return fromWire(cid);
}

async function get(
  link: Link,
  cid: CID | string,
  options: BlockGetOptions,
): Promise<Uint8Array> {
  const op = Methods.BlockGet;
  const request = cidRequest(op, cid, options);
  return collect(link.call(op, request, options));
}

async function stat(
  link: Link,
  cid: CID | string,
  options: BlockGetOptions,
): Promise<BlockStatResult> {
  const op = Methods.BlockStat;
  const request = cidRequest(op, cid, options);
  const found = await link.ask<BlockStat>(op, request, options);
  return { cid: fromWire(found.cid), size: Number(found.size) };
}

function cidRequest(
  op: string,
  cid: CID | string,
  options: BlockGetOptions,
): CIDRequest {
  return {
    ...pick<Omit<CIDRequest, 'cid'>>(op, options, { offline: bool }),
    cid: toCID(cid, op).bytes,
  };
}

async function* rm(
  link: Link,
  cids: CID | string | readonly (CID | string)[],
  options: BlockRmOptions,
): AsyncGenerator<BlockRmResult, void> {
  const op = Methods.BlockRemove;
  const request = pick<Omit<BlockRemoveRequest, 'cids'>>(op, options, {
    force: bool,
    quiet: bool,
  });
  const all = [cids].flat().map((cid) => toCID(cid, op).bytes);
  while (all.length > 0) {
    const some = { ...request, cids: all.splice(0, REMOVED_AT_ONCE) };
    const call = link.call(op, some, options);
    for await (const outcome of itemsOf<CIDOutcome>(call)) {
      const error = outcomeError(op, outcome);
      yield {
        cid: fromWire(outcome.cid),
        ...(error !== undefined && { error }),
      };
    }
  }
}
