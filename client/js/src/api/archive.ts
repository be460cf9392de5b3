import type { CID } from 'multiformats/cid';
import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type DAGImported,
  type DAGImportOptions as ImportRequest,
  type DAGStat,
  type DAGStatRequest,
  type ImportedRoot,
  Methods,
  type PathRequest,
} from '../nodeapi.gen.js';
import { bool } from '../options.js';
import type { ByteReader } from '../reader.js';
import type { Bytes } from '../sources/bytes.js';
import { carEntries } from '../sources/cars.js';
import type { Content } from '../sources/content.js';
import { isRereadable } from '../sources/entries.js';

/** Options of `dag.export` and `dag.stat`. */
export interface DAGExportOptions extends CallOptions {
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** Options of `dag.import`. */
export interface DAGImportOptions extends CallOptions {
  /** Pins each root, once all is there; true unless set. */
  pinRoots?: boolean | undefined;
}

/** A root that a CAR named. */
export interface DAGImportResult {
  /** The root, which need not be in the archive. */
  root: {
    cid: CID;
    /** Why it is not pinned, if that went wrong; '' if it did not. */
    pinErrorMsg: string;
  };
}

/** What was taken in; what came twice counts twice. */
export interface DAGImportSummary {
  /** How many blocks. */
  blockCount: number;
  /** Bytes of them all. */
  blockBytesCount: number;
}

/** How large DAGs are; blocks that one has twice count once. */
export interface DAGStatResult {
  /** Blocks of all together. */
  uniqueBlocks: number;
  /** Bytes of blocks of all together. */
  totalSize: number;
  /** How much larger the DAGs are each by itself, in bytes. */
  sharedSize: number;
  /** Of the size of each by itself to that of all together. */
  ratio: number;
  /** Each, in the order of the paths. */
  dagStats: { cid: CID; size: number; numBlocks: number }[];
}

/** A CAR, or more than one: files, or what lists the bytes of each. */
export type CARSource =
  | Content
  | Iterable<Content>
  | AsyncIterable<Content>
  | ReadableStream<Bytes | Content>
  | FileList;

/** DAGs as archives (CAR: https://ipld.io/specs/transport/car/). */
export interface ArchiveAPI {
  /**
   * Gives all that a block links to as a CAR of version 1.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `unknown-codec`, `invalid-block`
   */
  export(root: IPFSPath, options?: DAGExportOptions): ByteReader;
  /**
   * Takes in CARs of version 1 or 2. Gives the roots once all is stored, and
   * returns how much it was.
   *
   * @throws `invalid-car`, `invalid-block`, `invalid-source`, `source-error`,
   * `storage-full`
   */
  import(
    sources: CARSource,
    options?: DAGImportOptions,
  ): AsyncGenerator<DAGImportResult, DAGImportSummary>;
  /**
   * Looks at all blocks of DAGs and counts them.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `unknown-codec`
   */
  stat(
    paths: IPFSPath | readonly IPFSPath[],
    options?: DAGExportOptions,
  ): Promise<DAGStatResult>;
}

/** The calls on archives. */
export function archiveAPI(core: Core): ArchiveAPI {
  return {
    export: (root, options = {}) =>
      core.byteReader(exportCAR(core, root, options)),
    import: (sources, options = {}) => importCARs(core, sources, options),
    stat: (paths, options = {}) => stat(core, paths, options),
  };
}

async function* exportCAR(
  { bytesOf, link, pick, toPath }: Core,
  root: IPFSPath,
  options: DAGExportOptions,
): AsyncGenerator<Uint8Array, void> {
  const op = Methods.DAGExport;
  const request: PathRequest = {
    ...pick<Omit<PathRequest, 'path'>>(op, options, { offline: bool }),
    path: toPath(root, op),
  };
  yield* bytesOf(link.call(op, request, options));
}

async function* importCARs(
  core: Core,
  sources: CARSource,
  options: DAGImportOptions,
): AsyncGenerator<DAGImportResult, DAGImportSummary> {
  const op = Methods.DAGImport;
  const request = core.pick<ImportRequest>(op, options, { pinRoots: bool });
  const upload = core.entriesUpload(
    () => carEntries(core, sources, op),
    isRereadable(sources),
  );
  const call = core.link.call(op, request, options, { upload });
  for await (const { cid, pinErrorMsg = '' } of core.itemsOf<ImportedRoot>(
    call,
  )) {
    yield { root: { cid: core.fromWire(cid), pinErrorMsg } };
  }
  const { blockCount, blockBytesCount } = call.value as DAGImported;
  return {
    blockCount: Number(blockCount),
    blockBytesCount: Number(blockBytesCount),
  };
}

async function stat(
  { fromWire, link, pick, toPath }: Core,
  paths: IPFSPath | readonly IPFSPath[],
  options: DAGExportOptions,
): Promise<DAGStatResult> {
  const op = Methods.DAGStat;
  const request: DAGStatRequest = {
    ...pick<Omit<DAGStatRequest, 'paths'>>(op, options, { offline: bool }),
    paths: [paths].flat().map((path) => toPath(path, op)),
  };
  const found = await link.ask<DAGStat>(op, request, options);
  const totalSize = Number(found.totalSize);
  const sharedSize = Number(found.sharedSize);
  return {
    uniqueBlocks: Number(found.uniqueBlocks),
    totalSize,
    sharedSize,
    ratio: totalSize === 0 ? 0 : (totalSize + sharedSize) / totalSize,
    dagStats: found.dagStats.map(({ cid, size, numBlocks }) => ({
      cid: fromWire(cid),
      size: Number(size),
      numBlocks: Number(numBlocks),
    })),
  };
}
