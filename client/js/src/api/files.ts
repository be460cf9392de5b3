import type { CID } from 'multiformats/cid';
import { fromWire, type IPFSPath, toPath } from '../cid.js';
import type { CallOptions } from '../deadline.js';
import type { Link } from '../link.js';
import { loadLeaves } from '../load.js';
import {
  type Added,
  type AddEvent,
  type AddOptions as AddRequest,
  type CatRequest,
  type Entry as ListedEntry,
  type GetRequest,
  type Leaves,
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
  /** Seconds since 1970. */
  secs: bigint;
  /** Nanoseconds after that. */
  nsecs: number;
}

/** Options of `add` and `addAll`. */
export interface AddOptions extends CallOptions {
  /**
   * How files are laid out, as IPIP-499 has it: `unixfs-v1-2025` or
   * `unixfs-v0-2015`; `unixfs-v1-2025` unless set.
   */
  profile?: string | undefined;
  /**
   * How files are cut: `size-<bytes>`, `rabin`, `rabin-<min>-<avg>-<max>` or
   * `buzhash`; the profile's, which is `size-1048576` or `size-262144`, unless
   * set.
   */
  chunker?: string | undefined;
  /** The CIDs' version; the profile's, which is 1 or 0, unless set. */
  cidVersion?: 0 | 1 | undefined;
  /**
   * The hash function, for others of which the version is 1; `sha2-256` unless
   * set.
   */
  hashAlg?: string | undefined;
  /** Leaves are raw blocks; `true` for CIDs of version 1 unless set. */
  rawLeaves?: boolean | undefined;
  /** Lays files out for being read from the beginning on. */
  trickle?: boolean | undefined;
  /** Computes the CIDs and stores nothing. */
  onlyHash?: boolean | undefined;
  /** Pins each root; true unless set. */
  pin?: boolean | undefined;
  /** The name of the pins, 255 bytes at most; no name unless set. */
  pinName?: string | undefined;
  /** Puts all into one directory, which is then the only root. */
  wrapWithDirectory?: boolean | undefined;
  /** Told how many bytes of which file have been taken in. */
  progress?: ((bytes: number, path: string) => void) | undefined;
}

/** One entry that was added. */
export interface AddResult {
  /** What names it. */
  cid: CID;
  /** Bytes of the whole DAG. */
  size: number;
  /** The entry's path, or for one that has none its CID. */
  path: string;
  /** Permission bits, if it came with some. */
  mode?: number;
  /** The time of modification, if it came with one. */
  mtime?: Mtime;
}

/** Options of `cat`. */
export interface CatOptions extends CallOptions {
  /** The first byte; past the end there are none; 0 unless set. */
  offset?: number | bigint | undefined;
  /** How many bytes at most; all that follow unless set. */
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
  /** Compresses by gzip: a file by itself, or the TAR. */
  compress?: boolean | undefined;
  /** From 1, the fastest, to 9, the smallest; 6 unless set. */
  compressionLevel?: number | undefined;
}

/** Options of `ls`. */
export interface LsOptions extends CallOptions {
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** One entry of a directory. */
export interface IPFSEntry {
  /** Which of the two it is. */
  type: 'dir' | 'file';
  /** What names it. */
  cid: CID;
  /** Its name in the directory. */
  name: string;
  /** The path that was asked for, and the name. */
  path: string;
  /** Bytes of a file; 0 for a directory. */
  size: number;
  /** Permission bits, where they were set. */
  mode?: number;
  /** The time of modification, where it was set. */
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
    ...pick<Omit<CatRequest, 'path' | 'leaves'>>('cat', options, {
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
  const ask = (given: number, leaves: boolean, bounds: CallOptions) => {
    const from = (at: number): CatRequest => ({
      ...(at > 0 ? rest(at) : request),
      ...(leaves && { leaves }),
    });
    return link.call(Methods.Cat, from(given), bounds, {
      rest: (taken) => from(given + taken),
    });
  };
  const call = ask(0, link.route.readsRepo === true, options);
  try {
    for (let inbound; (inbound = await call.receive());) {
      if (inbound.type === 'data') {
        yield inbound.data;
      } else {
        const told = inbound.item as Leaves;
        const script = await loadLeaves();
        yield* script === undefined
          ? bytesOf(ask(0, false, options))
          : script.catLeaves(call, told, (given, leaves) =>
              ask(given, leaves, {}),
            );
        return;
      }
    }
  } finally {
    call.cancel();
  }
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
