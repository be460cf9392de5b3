import { CID } from 'multiformats/cid';
import { fromWire, type IPFSPath, toPath } from '../cid.js';
import { decodeNode, encodeNode, NODE_CODEC } from '../codecs/index.js';
import type { CallOptions } from '../deadline.js';
import { SharednodeError } from '../errors.js';
import type { Link } from '../link.js';
import {
  type CIDResult,
  type DAGPutOptions as PutRequest,
  type DAGResolved,
  Methods,
  type PathRequest,
} from '../nodeapi.gen.js';
import { bool, integer, invalidOption, pick, text } from '../options.js';
import { isBytes, toBytes } from '../sources/bytes.js';
import { bytesUpload } from '../upload.js';
import type { ArchiveAPI } from './archive.js';
import { collect } from './stream.js';

/** Options of `dag.put`. */
export interface DAGPutOptions extends CallOptions {
  /**
   * The codec of the value where that is bytes, already encoded: they are read
   * and stored as `storeCodec` says.
   */
  inputCodec?: string | undefined;
  /** The codec of the block; `dag-cbor` unless set. */
  storeCodec?: string | undefined;
  /** The hash function; `sha2-256` unless set. */
  hashAlg?: string | undefined;
  /** The CID's version; 1 unless set. */
  version?: 0 | 1 | undefined;
  /** Pins the block and all that it links to. */
  pin?: boolean | undefined;
  /** Computes the CID and stores nothing. */
  onlyHash?: boolean | undefined;
}

/** Options of `dag.get`. */
export interface DAGGetOptions extends CallOptions {
  /** A path below the CID. */
  path?: string | undefined;
  /** Does not leave the block: a link in the path is where it ends. */
  localResolve?: boolean | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** Options of `dag.resolve`. */
export interface DAGResolveOptions extends CallOptions {
  /** A path below the CID. */
  path?: string | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** What `dag.get` finds. */
export interface DAGGetResult {
  /**
   * What the codec makes of the block, or what the path names in it: links are
   * CIDs, bytes Uint8Arrays.
   */
  value: any;
  /** What is left of the path, with `localResolve`. */
  remainderPath: string;
}

/** Where a path ends. */
export interface DAGResolveResult {
  /** The block in which the path ends. */
  cid: CID;
  /** What is left of the path inside that block. */
  remainderPath: string;
}

/** IPLD nodes. */
export interface DAGAPI extends ArchiveAPI {
  /**
   * Stores a value of the IPLD data model, and gives its CID.
   *
   * @throws `invalid-value`, `unknown-codec`, `unknown-hash`, `invalid-block`,
   * `block-too-large`, `storage-full`
   */
  put(value: unknown, options?: DAGPutOptions): Promise<CID>;
  /**
   * Gives the value that a path names.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `unknown-codec`, `invalid-block`
   */
  get(path: IPFSPath, options?: DAGGetOptions): Promise<DAGGetResult>;
  /**
   * Follows a path to the block in which it ends.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `unknown-codec`, `invalid-block`
   */
  resolve(
    path: IPFSPath,
    options?: DAGResolveOptions,
  ): Promise<DAGResolveResult>;
}

/** The calls on IPLD nodes. */
export function dagAPI(link: Link): Omit<DAGAPI, keyof ArchiveAPI> {
  return {
    put: (value, options = {}) => put(link, value, options),
    get: (path, options = {}) => get(link, path, options),
    resolve: (path, options = {}) => resolve(link, path, options),
  };
}

async function put(
  link: Link,
  value: unknown,
  options: DAGPutOptions,
): Promise<CID> {
  const op = Methods.DAGPut;
  const request = pick<PutRequest>(op, options, {
    inputCodec: text,
    storeCodec: text,
    hashAlg: text,
    version: integer,
    pin: bool,
    onlyHash: bool,
  });
  let bytes: Uint8Array;
  if (request.inputCodec === undefined) {
    request.inputCodec = NODE_CODEC;
    bytes = encodeNode(value);
  } else if (isBytes(value) && typeof value !== 'string') {
    bytes = toBytes(value, op);
  } else {
    throw invalidOption(op, 'inputCodec', request.inputCodec);
  }
  const { cid } = await link.ask<CIDResult>(
    op,
    request,
    options,
    bytesUpload(bytes),
  );
  return fromWire(cid);
}

async function get(
  link: Link,
  root: IPFSPath,
  options: DAGGetOptions,
): Promise<DAGGetResult> {
  const op = Methods.DAGGet;
  const {
    path = '',
    localResolve,
    ...rest
  } = pick<{
    path?: string;
    localResolve?: boolean;
    offline?: boolean;
  }>(op, options, { path: text, localResolve: bool, offline: bool });
  const below = localResolve ? '' : path;
  const request: PathRequest = { ...rest, path: toPath(root, op, below) };
  const call = link.call(op, request, options);
  const bytes = await collect(call);
  const resolved = call.value as DAGResolved;
  const end = fromWire(resolved.cid);
  const node = await decodeNode(bytes, end.code);
  return walk(node, localResolve ? path : (resolved.remainderPath ?? ''), end);
}

async function resolve(
  link: Link,
  root: IPFSPath,
  options: DAGResolveOptions,
): Promise<DAGResolveResult> {
  const op = Methods.DAGResolve;
  const { path, ...rest } = pick<{ path?: string; offline?: boolean }>(
    op,
    options,
    { path: text, offline: bool },
  );
  const request: PathRequest = { ...rest, path: toPath(root, op, path) };
  const { cid, remainderPath = '' } = await link.ask<DAGResolved>(
    op,
    request,
    options,
  );
  return { cid: fromWire(cid), remainderPath };
}

/** Follows a path within one block, to its end or to a link. */
function walk(node: unknown, path: string, cid: CID): DAGGetResult {
  const parts = path.split('/').filter((part) => part !== '');
  let value = node;
  while (parts.length > 0 && CID.asCID(value) === null) {
    const part = parts.shift() as string;
    if (
      typeof value !== 'object' ||
      value === null ||
      !Object.hasOwn(value, part)
    ) {
      throw new SharednodeError('no-link', `no link ${part} in ${cid}`, {
        op: Methods.DAGGet,
        details: { path, cid: cid.toString(), link: part },
      });
    }
    value = (value as Record<string, unknown>)[part];
  }
  return { value, remainderPath: parts.join('/') };
}
