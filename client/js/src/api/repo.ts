import type { CID } from 'multiformats/cid';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import type { SharednodeError } from '../errors.js';
import {
  type CIDOutcome,
  Methods,
  type RepoGCRequest,
  type RepoStat,
  type RepoVerified,
} from '../nodeapi.gen.js';
import { bool } from '../options.js';

/** Options of `repo.gc`. */
export interface RepoGCOptions extends CallOptions {
  /** Tells only of errors. */
  quiet?: boolean | undefined;
}

/** A block that was removed, or an error. */
export type RepoGCResult =
  { cid: CID; err?: never } | { err: SharednodeError; cid?: never };

/** The account of the repo. */
export interface RepoStatResult {
  /** Blocks. */
  numObjects: bigint;
  /** Bytes of blocks. */
  repoSize: bigint;
  /** The limit in force, in bytes. */
  storageMax: bigint;
  /** The database's name. */
  repoPath: string;
  /** The version of the repo's layout. */
  version: string;
  /**
   * Bytes that the whole origin uses, as the browser says; 0n where it says
   * nothing.
   */
  usage: bigint;
  /** Bytes that the whole origin may use, likewise. */
  quota: bigint;
}

/** A block that is not what its CID says. */
export interface RepoVerifyResult {
  /** The block. */
  cid: CID;
  /** What is wrong with it. */
  err: SharednodeError;
}

/** How many blocks were looked at, and how many of them were bad. */
export interface RepoVerifySummary {
  /** Blocks that were looked at. */
  checked: number;
  /** Those of them that are not what their CIDs say. */
  bad: number;
}

/** The repo. */
export interface RepoAPI {
  /**
   * Removes the blocks that nothing keeps: no pin, no file of `files`, no add
   * that runs. Tells of each.
   */
  gc(options?: RepoGCOptions): AsyncGenerator<RepoGCResult, void>;
  /** Tells how much the repo holds, and what it may. */
  stat(options?: CallOptions): Promise<RepoStatResult>;
  /** Looks at every block; gives the bad ones, and returns how many there are. */
  verify(
    options?: CallOptions,
  ): AsyncGenerator<RepoVerifyResult, RepoVerifySummary>;
  /** The version of the repo's layout. */
  version(options?: CallOptions): Promise<number>;
}

/** The calls on the repo. */
export function repoAPI(core: Core): RepoAPI {
  return {
    gc: (options = {}) => gc(core, options),
    stat: (options = {}) => stat(core, options),
    verify: (options = {}) => verify(core, options),
    version: (options = {}) =>
      core.link.ask(Methods.RepoVersion, null, options),
  };
}

async function* gc(
  core: Core,
  options: RepoGCOptions,
): AsyncGenerator<RepoGCResult, void> {
  const op = Methods.RepoGC;
  const request = core.pick<RepoGCRequest>(op, options, { quiet: bool });
  const call = core.link.call(op, request, options);
  for await (const outcome of core.itemsOf<CIDOutcome>(call)) {
    const err = core.outcomeError(op, outcome);
    if (err !== undefined) {
      yield { err };
    } else if (!request.quiet) {
      yield { cid: core.fromWire(outcome.cid) };
    }
  }
}

async function stat(
  { link }: Core,
  options: CallOptions,
): Promise<RepoStatResult> {
  const found = await link.ask<RepoStat>(Methods.RepoStat, null, options);
  return {
    ...found,
    numObjects: BigInt(found.numObjects),
    repoSize: BigInt(found.repoSize),
    storageMax: BigInt(found.storageMax),
    usage: BigInt(found.usage ?? 0),
    quota: BigInt(found.quota ?? 0),
  };
}

async function* verify(
  core: Core,
  options: CallOptions,
): AsyncGenerator<RepoVerifyResult, RepoVerifySummary> {
  const op = Methods.RepoVerify;
  const call = core.link.call(op, null, options);
  for await (const outcome of core.itemsOf<CIDOutcome>(call)) {
    const err = core.outcomeError(op, outcome);
    if (err !== undefined) {
      yield { cid: core.fromWire(outcome.cid), err };
    }
  }
  const { checked, bad } = call.value as RepoVerified;
  return { checked: Number(checked), bad: Number(bad) };
}
