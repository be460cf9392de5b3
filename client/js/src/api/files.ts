import type { CID } from 'multiformats/cid';
import { fromWire, type IPFSPath, toPath } from '../cid.js';
import type { CallOptions } from '../deadline.js';
import type { Link } from '../link.js';
import {
  type Added,
  type AddEvent,
  type AddOptions as AddRequest,
  type CatRequest,
  type Entry as ListedEntry,
  type GetRequest,
  Methods,
  type Mtime as WireMtime,
  type PathRequest,
} from '../nodeapi.gen.js';
import type { Upload } from '../protocol/call.js';
import { bool, count, func, integer, pick, text } from '../options.js';
import {
  type Candidates,
  entriesOf,
  isRereadable,
} from '../sources/entries.js';
import { type Candidate, nameOf, toEntry } from '../sources/entry.js';
import { entriesUpload } from '../upload.js';
import { bytesOf, itemsOf } from './stream.js';

/** A time as UnixFS has it. */
export interface Mtime {
  secs: bigint;
  nsecs: number;
}

/** Options of `add` and `addAll`. */
export interface AddOptions extends CallOptions {
  /** `unixfs-v1-2025` (the default) or `unixfs-v0-2015`, as IPIP-499 has them. */
  profile?: string | undefined;
  /** `size-<bytes>`, `rabin`, `rabin-<min>-<avg>-<max>` or `buzhash`. */
  chunker?: string | undefined;
  cidVersion?: 0 | 1 | undefined;
  hashAlg?: string | undefined;
  rawLeaves?: boolean | undefined;
  trickle?: boolean | undefined;
  /** Computes the CIDs and stores nothing. */
  onlyHash?: boolean | undefined;
  /** Pins each root; true unless set. */
  pin?: boolean | undefined;
  pinName?: string | undefined;
  /** Puts all into one directory, which is then the only root. */
  wrapWithDirectory?: boolean | undefined;
  /** Told how many bytes of which file have been taken in. */
  progress?: ((bytes: number, path: string) => void) | undefined;
}

/** One entry that was added. */
export interface AddResult {
  cid: CID;
  /** Bytes of the whole DAG. */
  size: number;
  /** The entry's path, or for one that has none its CID. */
  path: string;
  mode?: number;
  mtime?: Mtime;
}

/** Options of `cat`. */
export interface CatOptions extends CallOptions {
  /** Where to begin; past the end there are no bytes. */
  offset?: number | bigint | undefined;
  /** How many bytes at most. */
  length?: number | bigint | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** Options of `get`. */
export interface GetOptions extends CallOptions {
  /** TAR even where `compress` would do without. */
  archive?: boolean | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
  /** gzip */
  compress?: boolean | undefined;
  compressionLevel?: number | undefined;
}

/** Options of `ls`. */
export interface LsOptions extends CallOptions {
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** One entry of a directory. */
export interface IPFSEntry {
  type: 'dir' | 'file';
  cid: CID;
  name: string;
  path: string;
  /** Bytes of a file; 0 for a directory. */
  size: number;
  mode?: number;
  mtime?: Mtime;
}

/** `add`: the last of what was added is the root. */
export async function add(
  link: Link,
  source: Candidate,
  options: AddOptions,
): Promise<AddResult> {
  const request = addRequest(options);
  const name = nameOf(source, request.wrapWithDirectory === true);
  const upload = entriesUpload(
    () => [toEntry(source, name)].values(),
    isRereadable(source),
  );
  let last: AddResult | undefined;
  for await (const added of send(link, upload, request, options)) {
    last = added;
  }
  return last as AddResult;
}

/** `addAll` */
export async function* addAll(
  link: Link,
  source: Candidates,
  options: AddOptions,
): AsyncGenerator<AddResult, void> {
  const request = addRequest(options);
  const upload = entriesUpload(
    () => entriesOf(source, request.wrapWithDirectory === true),
    isRereadable(source),
  );
  yield* send(link, upload, request, options);
}

function addRequest(options: AddOptions): AddRequest {
  const { progress, ...request } = pick<AddRequest>('add', options, {
    profile: text,
    chunker: text,
    cidVersion: integer,
    hashAlg: text,
    rawLeaves: bool,
    trickle: bool,
    onlyHash: bool,
    pin: bool,
    pinName: text,
    wrapWithDirectory: bool,
    progress: func,
  });
  return progress === undefined ? request : { ...request, progress: true };
}

async function* send(
  link: Link,
  upload: Upload,
  request: AddRequest,
  options: AddOptions,
): AsyncGenerator<AddResult, void> {
  const call = link.call(Methods.Add, request, options, { upload });
  for await (const event of itemsOf<AddEvent>(call)) {
    if (event.progress !== undefined) {
      const { bytes, path } = event.progress;
      options.progress?.(Number(bytes), path);
    }
    if (event.added !== undefined) {
      yield toAddResult(event.added);
    }
  }
}

/** `cat` */
export async function* cat(
  link: Link,
  path: IPFSPath,
  options: CatOptions,
): AsyncGenerator<Uint8Array, void> {
  const request: CatRequest = {
    ...pick<Omit<CatRequest, 'path'>>('cat', options, {
      offset: count,
      length: count,
      offline: bool,
    }),
    path: toPath(path, 'cat'),
  };
  const { offset = 0, length } = request;
  const rest = (taken: number): CatRequest => ({
    ...request,
    offset: BigInt(offset) + BigInt(taken),
    ...(length !== undefined && { length: BigInt(length) - BigInt(taken) }),
  });
  yield* bytesOf(link.call(Methods.Cat, request, options, { rest }));
}

/** `get` */
export async function* get(
  link: Link,
  path: IPFSPath,
  options: GetOptions,
): AsyncGenerator<Uint8Array, void> {
  const request: GetRequest = {
    ...pick<Omit<GetRequest, 'path'>>('get', options, {
      archive: bool,
      compress: bool,
      compressionLevel: integer,
      offline: bool,
    }),
    path: toPath(path, 'get'),
  };
  yield* bytesOf(link.call(Methods.Get, request, options));
}

/** `ls` */
export async function* ls(
  link: Link,
  path: IPFSPath,
  options: LsOptions,
): AsyncGenerator<IPFSEntry, void> {
  const request: PathRequest = {
    ...pick<Omit<PathRequest, 'path'>>('ls', options, { offline: bool }),
    path: toPath(path, 'ls'),
  };
  const call = link.call(Methods.List, request, options);
  for await (const { mode, mtime, ...entry } of itemsOf<ListedEntry>(call)) {
    yield {
      ...entry,
      type: entry.type as 'dir' | 'file',
      cid: fromWire(entry.cid),
      size: Number(entry.size),
      ...toMetadata(mode, mtime),
    };
  }
}

function toAddResult({
  cid: bytes,
  path,
  size,
  mode,
  mtime,
}: Added): AddResult {
  const cid = fromWire(bytes);
  return {
    cid,
    path: path === '' ? cid.toString() : path,
    size: Number(size),
    ...toMetadata(mode, mtime),
  };
}

/** What is told of mode and time, as UnixFS has them. */
export function toMetadata(
  mode: number | undefined,
  mtime: WireMtime | undefined,
): { mode?: number; mtime?: Mtime } {
  return {
    ...(mode !== undefined && { mode }),
    ...(mtime !== undefined && {
      mtime: { secs: BigInt(mtime.secs), nsecs: mtime.nsecs ?? 0 },
    }),
  };
}
