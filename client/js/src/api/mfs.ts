import type { CID } from 'multiformats/cid';
import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type CIDResult,
  type FilesChmodRequest,
  type FilesCopyRequest,
  type FilesFlushRequest,
  type FilesListRequest,
  type FilesMkdirRequest,
  type FilesMoveRequest,
  type FilesReadRequest,
  type FilesRemoveRequest,
  type FilesStat,
  type FilesStatRequest,
  type FilesTouchRequest,
  type FilesWriteRequest,
  type MFSEntry as ListedEntry,
  type Method,
  Methods,
} from '../nodeapi.gen.js';
import { bool, type Check, count, func, integer, text } from '../options.js';
import type { ByteReader } from '../reader.js';
import type { Content } from '../sources/content.js';
import { contentUpload } from '../sources/content-upload.js';
import type { MtimeLike } from '../sources/entry.js';
import type { Mtime } from './files.js';

/** Options of all that changes the tree. */
export interface MFSOptions extends CallOptions {
  /** Keeps the change before the call ends; true unless set. */
  flush?: boolean | undefined;
}

/** Options of what makes directories or files. */
export interface MFSMakeOptions extends MFSOptions {
  /** Makes missing directories above it. */
  parents?: boolean | undefined;
  /** The version of the CIDs of what is made; 0, or with `hashAlg` 1 unless set. */
  cidVersion?: 0 | 1 | undefined;
  /** The hash function of what is made; `sha2-256` unless set. */
  hashAlg?: string | undefined;
}

/** Options of `files.cp`. */
export interface FilesCpOptions extends MFSMakeOptions {
  /** Replaces a file that is there. */
  force?: boolean | undefined;
  /** Looks for what is copied in the repo alone. */
  offline?: boolean | undefined;
}

/** Options of `files.mkdir`. With `parents` one that is there is no error. */
export interface FilesMkdirOptions extends MFSMakeOptions {
  /** Permission bits, which are kept with it; text is read as octal. */
  mode?: number | string | undefined;
  /** The time of modification, which is kept with it. */
  mtime?: MtimeLike | undefined;
}

/** Options of `files.stat`. */
export interface FilesStatOptions extends CallOptions {
  /** Asks how much of it the repo has. */
  withLocal?: boolean | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
  /** Need not be set: all is told in every case. */
  hash?: boolean | undefined;
  /** Need not be set: all is told in every case. */
  size?: boolean | undefined;
}

/** What is at a path of the tree. */
export interface FilesStatResult {
  /** What names all of it as it is now. */
  cid: CID;
  /** Bytes of a file; 0 for a directory. */
  size: number;
  /** Bytes of the whole DAG. */
  cumulativeSize: number;
  /** Which of the two it is. */
  type: 'directory' | 'file';
  /** Links of the root block. */
  blocks: number;
  /** Whether the next two are told. */
  withLocality: boolean;
  /** Whether the repo has all of it. */
  local?: boolean;
  /** Bytes of the DAG that the repo has. */
  sizeLocal?: number;
  /** Permission bits, where they were set. */
  mode?: number;
  /** The time of modification, where it was set. */
  mtime?: Mtime;
}

/** Options of `files.touch`. */
export interface FilesTouchOptions extends MFSOptions {
  /** The time of modification; the present unless set. */
  mtime?: MtimeLike | undefined;
}

/** Options of `files.rm`. */
export interface FilesRmOptions extends MFSOptions {
  /** Directories too. */
  recursive?: boolean | undefined;
  /** Directories too, and nothing there is no error. */
  force?: boolean | undefined;
}

/** Options of `files.read`. */
export interface FilesReadOptions extends CallOptions {
  /** The first byte; past the end is an error; 0 unless set. */
  offset?: number | bigint | undefined;
  /** How many bytes at most; all that follow unless set. */
  length?: number | bigint | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** Options of `files.write`. */
export interface FilesWriteOptions extends FilesMkdirOptions {
  /**
   * Where the first byte goes; 0 unless set. Past the end there are zeros up to
   * it.
   */
  offset?: number | bigint | undefined;
  /** How many bytes at most; all that there are unless set. */
  length?: number | bigint | undefined;
  /** Makes the file if it is not there. */
  create?: boolean | undefined;
  /** Begins with an empty file. */
  truncate?: boolean | undefined;
  /** New leaves are raw blocks; `true` for CIDs of version 1 unless set. */
  rawLeaves?: boolean | undefined;
  /** Told how many bytes have been read from the content. */
  progress?: ((bytes: number, path: string) => void) | undefined;
}

/** Options of `files.mv`. */
export interface FilesMvOptions extends MFSMakeOptions {
  /** Need not be set: directories are moved in every case. */
  recursive?: boolean | undefined;
}

/** Options of `files.ls`. */
export interface FilesLsOptions extends CallOptions {
  /** More than names, for which the entries' blocks are read; true unless set. */
  long?: boolean | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** One entry of a directory of the tree. */
export interface MFSEntry {
  /** Its name in the directory. */
  name: string;
  /** Which of the two it is. */
  type: 'directory' | 'file';
  /** Bytes of a file; 0 for a directory, and where `long` is false. */
  size: number;
  /** What names all of it as it is now. */
  cid: CID;
  /** Permission bits, where they were set. */
  mode?: number;
  /** The time of modification, where it was set. */
  mtime?: Mtime;
}

/**
 * The Mutable File System: a tree of files that the node keeps, one for all
 * tabs. Paths begin at its root, `/`; what only reads takes `/ipfs/…` as well.
 */
export interface FilesAPI {
  /**
   * Puts what paths name at another path; nothing is copied but a link.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `already-exists`, `is-a-directory`, `not-a-directory`
   */
  cp(
    from: IPFSPath | readonly IPFSPath[],
    to: string,
    options?: FilesCpOptions,
  ): Promise<void>;
  /**
   * Makes a directory.
   *
   * @throws `invalid-path`, `no-link`, `already-exists`, `not-a-directory`
   */
  mkdir(path: string, options?: FilesMkdirOptions): Promise<void>;
  /**
   * Tells what is at a path.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`
   */
  stat(path: IPFSPath, options?: FilesStatOptions): Promise<FilesStatResult>;
  /**
   * Sets the time of modification.
   *
   * @throws `invalid-path`, `no-link`
   */
  touch(path: string, options?: FilesTouchOptions): Promise<void>;
  /**
   * Sets the permission bits; text is read as octal.
   *
   * @throws `invalid-path`, `no-link`, `invalid-option`
   */
  chmod(
    path: string,
    mode: number | string,
    options?: MFSOptions,
  ): Promise<void>;
  /**
   * Removes files, and directories if asked to.
   *
   * @throws `invalid-path`, `no-link`, `is-a-directory`
   */
  rm(
    paths: string | readonly string[],
    options?: FilesRmOptions,
  ): Promise<void>;
  /**
   * Reads a file as it is when the call begins.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `not-a-file`, `invalid-option`
   */
  read(path: IPFSPath, options?: FilesReadOptions): ByteReader;
  /**
   * Writes a file, which changes in one step when all bytes are there.
   *
   * @throws `invalid-path`, `no-link`, `not-a-file`, `invalid-source`,
   * `source-error`, `invalid-option`, `storage-full`
   */
  write(
    path: string,
    content: Content,
    options?: FilesWriteOptions,
  ): Promise<void>;
  /**
   * Moves what is at paths to another path.
   *
   * @throws `invalid-path`, `no-link`, `already-exists`, `not-a-directory`
   */
  mv(
    from: string | readonly string[],
    to: string,
    options?: FilesMvOptions,
  ): Promise<void>;
  /**
   * Keeps all changes, and gives the CID of a path; of the root unless set.
   *
   * @throws `invalid-path`, `no-link`
   */
  flush(path?: string, options?: CallOptions): Promise<CID>;
  /**
   * Lists a directory, the root unless set; a file is listed as itself.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`
   */
  ls(path?: IPFSPath, options?: FilesLsOptions): AsyncGenerator<MFSEntry, void>;
}

const making = {
  parents: bool,
  cidVersion: integer,
  hashAlg: text,
  flush: bool,
};

/** The calls on the tree of files. */
export function filesAPI(core: Core): FilesAPI {
  return {
    cp: (from, to, options = {}) =>
      transfer<FilesCopyRequest>(core, Methods.FilesCopy, from, to, options, {
        ...making,
        force: bool,
        offline: bool,
      }),
    mkdir: async (path, options = {}) => {
      const op = Methods.FilesMkdir;
      const request: FilesMkdirRequest = {
        ...core.pick<Omit<FilesMkdirRequest, 'path' | 'mode' | 'mtime'>>(
          op,
          options,
          making,
        ),
        ...metadata(core, op, options),
        path: core.toPath(path, op),
      };
      await core.link.ask(op, request, options);
    },
    stat: (path, options = {}) => stat(core, path, options),
    touch: async (path, options = {}) => {
      const op = Methods.FilesTouch;
      const { mtime } = options;
      const request: FilesTouchRequest = {
        ...core.pick<{ flush?: boolean }>(op, options, { flush: bool }),
        ...metadata(core, op, { mtime }),
        path: core.toPath(path, op),
      };
      await core.link.ask(op, request, options);
    },
    chmod: async (path, mode, options = {}) => {
      const op = Methods.FilesChmod;
      const request: FilesChmodRequest = {
        ...core.pick<{ flush?: boolean }>(op, options, { flush: bool }),
        path: core.toPath(path, op),
        mode: core.toMode(mode, op),
      };
      await core.link.ask(op, request, options);
    },
    rm: async (paths, options = {}) => {
      const op = Methods.FilesRemove;
      const request: FilesRemoveRequest = {
        ...core.pick<Omit<FilesRemoveRequest, 'paths'>>(op, options, {
          recursive: bool,
          force: bool,
          flush: bool,
        }),
        paths: [paths].flat().map((path) => core.toPath(path, op)),
      };
      await core.link.ask(op, request, options);
    },
    read: (path, options = {}) => core.byteReader(read(core, path, options)),
    write: (path, content, options = {}) => write(core, path, content, options),
    mv: (from, to, options = {}) =>
      transfer<FilesMoveRequest>(
        core,
        Methods.FilesMove,
        from,
        to,
        options,
        making,
      ),
    flush: async (path = '/', options = {}) => {
      const op = Methods.FilesFlush;
      const request: FilesFlushRequest = { path: core.toPath(path, op) };
      const { cid } = await core.link.ask<CIDResult>(op, request, options);
      return core.fromWire(cid);
    },
    ls: (path = '/', options = {}) => ls(core, path, options),
  };
}

/** `cp` and `mv` */
async function transfer<R extends { from: string[]; to: string }>(
  { link, pick, toPath }: Core,
  op: Method,
  from: IPFSPath | readonly IPFSPath[],
  to: string,
  options: CallOptions,
  checks: Record<keyof Omit<R, 'from' | 'to'>, Check>,
): Promise<void> {
  const request = {
    ...pick<Omit<R, 'from' | 'to'>>(op, options, checks),
    from: [from].flat().map((path) => inTree(toPath, path, op)),
    to: toPath(to, op),
  };
  await link.ask(op, request, options);
}

function metadata(
  { toMode, toMtime }: Core,
  op: string,
  { mode, mtime }: Pick<FilesMkdirOptions, 'mode' | 'mtime'>,
): Pick<FilesMkdirRequest, 'mode' | 'mtime'> {
  return {
    ...(mode !== undefined && { mode: toMode(mode, op) }),
    ...(mtime !== undefined && { mtime: toMtime(mtime, op) }),
  };
}

async function stat(
  { fromWire, link, pick, toMetadata, toPath }: Core,
  path: IPFSPath,
  options: FilesStatOptions,
): Promise<FilesStatResult> {
  const op = Methods.FilesStat;
  const request: FilesStatRequest = {
    ...pick<Omit<FilesStatRequest, 'path'>>(op, options, {
      withLocal: bool,
      offline: bool,
    }),
    path: inTree(toPath, path, op),
  };
  const found = await link.ask<FilesStat>(op, request, options);
  return {
    cid: fromWire(found.cid),
    size: Number(found.size),
    cumulativeSize: Number(found.cumulativeSize),
    type: found.type as FilesStatResult['type'],
    blocks: Number(found.blocks),
    withLocality: found.withLocality,
    ...(found.withLocality && {
      local: found.local ?? false,
      sizeLocal: Number(found.sizeLocal ?? 0),
    }),
    ...toMetadata(found.mode, found.mtime),
  };
}

async function* read(
  { bytesOf, link, pick, toPath }: Core,
  path: IPFSPath,
  options: FilesReadOptions,
): AsyncGenerator<Uint8Array, void> {
  const op = Methods.FilesRead;
  const request: FilesReadRequest = {
    ...pick<Omit<FilesReadRequest, 'path'>>(op, options, {
      offset: count,
      length: count,
      offline: bool,
    }),
    path: inTree(toPath, path, op),
  };
  yield* bytesOf(link.call(op, request, options));
}

async function write(
  core: Core,
  path: string,
  content: Content,
  options: FilesWriteOptions,
): Promise<void> {
  const op = Methods.FilesWrite;
  const { progress, ...rest } = core.pick<
    Omit<FilesWriteRequest, 'path' | 'mode' | 'mtime'> &
      Pick<FilesWriteOptions, 'progress'>
  >(op, options, {
    ...making,
    offset: count,
    length: count,
    create: bool,
    truncate: bool,
    rawLeaves: bool,
    progress: func,
  });
  const request: FilesWriteRequest = {
    ...rest,
    ...metadata(core, op, options),
    path: core.toPath(path, op),
  };
  const upload = contentUpload(core, content, op, request.path, progress);
  await core.link.ask(op, request, options, upload);
}

async function* ls(
  { fromWire, itemsOf, link, pick, toMetadata, toPath }: Core,
  path: IPFSPath,
  options: FilesLsOptions,
): AsyncGenerator<MFSEntry, void> {
  const op = Methods.FilesList;
  const request: FilesListRequest = {
    ...pick<Omit<FilesListRequest, 'path'>>(op, options, {
      long: bool,
      offline: bool,
    }),
    path: inTree(toPath, path, op),
  };
  const call = link.call(op, request, options);
  for await (const entry of itemsOf<ListedEntry>(call)) {
    yield {
      name: entry.name,
      type: (entry.type ?? 'file') as MFSEntry['type'],
      size: Number(entry.size ?? 0),
      cid: fromWire(entry.cid),
      ...toMetadata(entry.mode, entry.mtime),
    };
  }
}

/** A path of the tree, or one of all that there is, which a CID begins. */
function inTree(toPath: Core['toPath'], path: IPFSPath, op: string): string {
  const written = toPath(path, op);
  return typeof path === 'string' ? written : `/ipfs/${written}`;
}
