import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type DNSRequest,
  Methods,
  type ResolvedPath,
  type ResolveRequest,
} from '../nodeapi.gen.js';
import { bool, text } from '../options.js';
import type { TextLike } from '../peers.js';
import {
  type SampleResult,
  samples,
  type SamplesOptions,
  status,
  type StatusResult,
} from './info.js';
import type { Sharednode } from '../node.js';
import { addBlockSource, type BlockSource } from './block-source.js';
import { createPort, type GivenPort, type PortOptions } from './ports.js';
import { ping, type PingOptions, type PingResult } from './ping.js';
import { save, type SaveOptions } from './save.js';
import { refs, type RefsOptions, type RefsResult } from './refs.js';

/** Options of `resolve`. */
export interface ResolveOptions extends CallOptions {
  /** Goes on until the path is no name; true unless set. */
  recursive?: boolean | undefined;
  /** The multibase of the CID, `base32`; that of the name's own unless set. */
  cidBase?: string | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** Options of `dns`. */
export interface DNSOptions extends CallOptions {
  /** Asks the domain that the domain links to, and so on; true unless set. */
  recursive?: boolean | undefined;
}

/** The rare calls that are of no group. */
export interface TopAPI {
  addBlockSource(
    other: Sharednode,
    options?: CallOptions,
  ): Promise<BlockSource>;
  createPort(options?: PortOptions): Promise<GivenPort>;
  dns(domain: string, options?: DNSOptions): Promise<string>;
  ping(peer: TextLike, options?: PingOptions): AsyncGenerator<PingResult, void>;
  refs(
    paths: IPFSPath | readonly IPFSPath[],
    options?: RefsOptions,
  ): AsyncGenerator<RefsResult, void>;
  resolve(name: IPFSPath, options?: ResolveOptions): Promise<string>;
  save(
    path: IPFSPath,
    folder: FileSystemDirectoryHandle,
    options?: SaveOptions,
  ): Promise<void>;
  samples(options?: SamplesOptions): Promise<SampleResult[]>;
  status(options?: CallOptions): Promise<StatusResult>;
}

/** Those calls. */
export function topAPI(core: Core): TopAPI {
  return {
    addBlockSource: (other, options = {}) =>
      addBlockSource(core, other, options),
    createPort: (options = {}) => createPort(core, options),
    dns: (domain, options = {}) => dns(core, domain, options),
    ping: (peer, options = {}) => ping(core, peer, options),
    refs: (paths, options = {}) => refs(core, paths, options),
    resolve: (name, options = {}) => resolve(core, name, options),
    save: (path, folder, options = {}) => save(core, path, folder, options),
    samples: (options = {}) => samples(core, options),
    status: (options = {}) => status(core, options),
  };
}

async function dns(
  { invalidOption, link, pick }: Core,
  domain: string,
  options: DNSOptions,
): Promise<string> {
  const op = Methods.DNS;
  if (!text(domain)) {
    throw invalidOption(op, 'domain', domain);
  }
  const request: DNSRequest = {
    ...pick<Omit<DNSRequest, 'domain'>>(op, options, { recursive: bool }),
    domain,
  };
  return (await link.ask<ResolvedPath>(op, request, options)).path;
}

async function resolve(
  { link, pick, toPath }: Core,
  name: IPFSPath,
  options: ResolveOptions,
): Promise<string> {
  const op = Methods.Resolve;
  const request: ResolveRequest = {
    ...pick<Omit<ResolveRequest, 'name'>>(op, options, {
      recursive: bool,
      cidBase: text,
      offline: bool,
    }),
    name: toPath(name, op),
  };
  return (await link.ask<ResolvedPath>(op, request, options)).path;
}
