import type { CID } from 'multiformats/cid';
import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type CIDList,
  type CIDResult,
  Methods,
  type Pin,
  type PinAddRequest,
  type PinListRequest,
  type PinUpdateRequest,
} from '../nodeapi.gen.js';
import { bool, text } from '../options.js';
import type { PinRemoteAPI } from './remote-pins.js';

/** Options of `pin.add`. */
export interface PinAddOptions extends CallOptions {
  /** Pins all that is linked to as well; true unless set. */
  recursive?: boolean | undefined;
  /** The name of the pin, 255 bytes at most; no name unless set. */
  name?: string | undefined;
  /** Pins only what the repo has whole. */
  offline?: boolean | undefined;
}

/** Options of `pin.rm`. */
export interface PinRmOptions extends CallOptions {
  /** Which of its pins to remove; true unless set. */
  recursive?: boolean | undefined;
}

/** Options of `pin.update`. */
export interface PinUpdateOptions extends CallOptions {
  /** Removes the old pin; true unless set. */
  unpin?: boolean | undefined;
  /** Pins only what the repo has whole. */
  offline?: boolean | undefined;
}

/** One of many to pin or unpin, by CID or path. */
export type PinInput =
  | IPFSPath
  | {
      cid?: CID | undefined;
      path?: string | undefined;
      recursive?: boolean | undefined;
      name?: string | undefined;
    };

/** Options of `pin.ls`. */
export interface PinLsOptions extends CallOptions {
  /** Asks how each of these is pinned; one that is not is an error. */
  paths?: IPFSPath | readonly IPFSPath[] | undefined;
  /**
   * Which pins; `all` unless set. An indirect one is of a block that a
   * recursive one holds.
   */
  type?: 'all' | 'recursive' | 'direct' | 'indirect' | undefined;
  /** Only pins whose name contains it; all unless set. */
  name?: string | undefined;
}

/** One pin. */
export interface PinLsResult {
  /** What is pinned. */
  cid: CID;
  /** How it is pinned. */
  type: 'recursive' | 'direct' | 'indirect';
  /** Its name, if it has one. */
  name?: string;
  /** Of an indirect pin, a pin that holds it. */
  via?: CID;
}

/** Pins, which keep blocks from being collected as garbage. */
export interface PinAPI {
  /**
   * Keeps a block, and all that it links to, from being collected. What the
   * repo has not of it is fetched.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`, `pinned`,
   * `storage-full`
   */
  add(path: IPFSPath, options?: PinAddOptions): Promise<CID>;
  /**
   * Pins one after the other.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`, `pinned`,
   * `storage-full`
   */
  addAll(
    source: PinInput | Iterable<PinInput> | AsyncIterable<PinInput>,
    options?: PinAddOptions,
  ): AsyncGenerator<CID, void>;
  /**
   * Lists pins.
   *
   * @throws `invalid-path`, `not-pinned`
   */
  ls(options?: PinLsOptions): AsyncGenerator<PinLsResult, void>;
  /**
   * Removes a pin. The blocks stay until they are collected.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `not-pinned`, `pinned`
   */
  rm(path: IPFSPath, options?: PinRmOptions): Promise<CID>;
  /**
   * Unpins one after the other.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `not-pinned`, `pinned`
   */
  rmAll(
    source: PinInput | Iterable<PinInput> | AsyncIterable<PinInput>,
    options?: PinRmOptions,
  ): AsyncGenerator<CID, void>;
  /**
   * Pins one in the place of another, whose name it takes over; gives both.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`, `not-pinned`
   */
  update(
    from: IPFSPath,
    to: IPFSPath,
    options?: PinUpdateOptions,
  ): Promise<CID[]>;
  remote: PinRemoteAPI;
}

/** The calls on pins. */
export function pinAPI(core: Core): Omit<PinAPI, 'remote'> {
  return {
    add: (path, options = {}) => add(core, path, options),
    addAll: (source, options = {}) => each(source, options, core, add),
    ls: (options = {}) => ls(core, options),
    rm: (path, options = {}) => rm(core, path, options),
    rmAll: (source, options = {}) => each(source, options, core, rm),
    update: (from, to, options = {}) => update(core, from, to, options),
  };
}

async function add(
  { link, fromWire, pick, toPath }: Core,
  path: IPFSPath,
  options: PinAddOptions,
): Promise<CID> {
  const op = Methods.PinAdd;
  const request: PinAddRequest = {
    ...pick<Omit<PinAddRequest, 'path'>>(op, options, {
      recursive: bool,
      name: text,
      offline: bool,
    }),
    path: toPath(path, op),
  };
  return fromWire((await link.ask<CIDResult>(op, request, options)).cid);
}

async function rm(
  { link, fromWire, pick, toPath }: Core,
  path: IPFSPath,
  options: PinRmOptions,
): Promise<CID> {
  const op = Methods.PinRemove;
  const request = {
    ...pick<{ recursive?: boolean }>(op, options, { recursive: bool }),
    path: toPath(path, op),
  };
  return fromWire((await link.ask<CIDResult>(op, request, options)).cid);
}

async function update(
  { fromWire, link, pick, toPath }: Core,
  from: IPFSPath,
  to: IPFSPath,
  options: PinUpdateOptions,
): Promise<CID[]> {
  const op = Methods.PinUpdate;
  const request: PinUpdateRequest = {
    ...pick<Omit<PinUpdateRequest, 'from' | 'to'>>(op, options, {
      unpin: bool,
      offline: bool,
    }),
    from: toPath(from, op),
    to: toPath(to, op),
  };
  const { cids } = await link.ask<CIDList>(op, request, options);
  return cids.map(fromWire);
}

async function* each<O extends CallOptions>(
  source: PinInput | Iterable<PinInput> | AsyncIterable<PinInput>,
  options: O,
  core: Core,
  one: (core: Core, path: IPFSPath, options: O) => Promise<CID>,
): AsyncGenerator<CID, void> {
  const inputs = isMany(source) ? source : [source];
  for await (const input of inputs) {
    if (typeof input === 'string' || 'code' in input) {
      yield one(core, input, options);
    } else {
      const { cid, path, ...own } = input;
      yield one(core, (cid ?? path) as IPFSPath, { ...options, ...own });
    }
  }
}

function isMany(
  source: PinInput | Iterable<PinInput> | AsyncIterable<PinInput>,
): source is Iterable<PinInput> | AsyncIterable<PinInput> {
  return (
    typeof source === 'object' &&
    (Symbol.iterator in source || Symbol.asyncIterator in source)
  );
}

async function* ls(
  { link, fromWire, itemsOf, pick, toPath }: Core,
  options: PinLsOptions,
): AsyncGenerator<PinLsResult, void> {
  const op = Methods.PinList;
  const request: PinListRequest = pick<Omit<PinListRequest, 'paths'>>(
    op,
    options,
    { type: text, name: text },
  );
  if (options.paths !== undefined) {
    request.paths = [options.paths].flat().map((path) => toPath(path, op));
  }
  const call = link.call(op, request, options);
  for await (const { cid, type, name, via } of itemsOf<Pin>(call)) {
    yield {
      cid: fromWire(cid),
      type: type as PinLsResult['type'],
      ...(name !== undefined && { name }),
      ...(via !== undefined && { via: fromWire(via) }),
    };
  }
}
