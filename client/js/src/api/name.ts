import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  Methods,
  type NamePublished,
  type NamePublishRequest,
  type NameResolved,
  type NameResolveRequest,
} from '../nodeapi.gen.js';
import { bool, text } from '../options.js';
import type { TextLike } from '../peers.js';

/** Options of `name.publish`. */
export interface NamePublishOptions extends CallOptions {
  /** Looks first whether the value leads somewhere; true unless set. */
  resolve?: boolean | undefined;
  /** How long the record is valid, renewed while the node runs; `48h` unless set. */
  lifetime?: string | undefined;
  /** How long others may keep the record unasked; `5m` unless set. */
  ttl?: string | undefined;
  /** The name or the id of the key to sign with; `self` unless set. */
  key?: string | undefined;
  /** Keeps the record where no router takes it, until one does. */
  allowOffline?: boolean | undefined;
  /**
   * How the name is written: `base36`, `b58mh`, or the name of a multibase;
   * `base36` unless set.
   */
  'ipns-base'?: string | undefined;
}

/** What was published: the name, and the path that it points at. */
export type NamePublishResult = NamePublished;

/** Options of `name.resolve`. */
export interface NameResolveOptions extends CallOptions {
  /** Goes on until the result is no name; true unless set. */
  recursive?: boolean | undefined;
  /** Asks the routers even if what they said is still good. */
  nocache?: boolean | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** Names that can be pointed elsewhere (IPNS). */
export interface NameAPI {
  /**
   * Points a key's name at a path. The record is signed, kept, put to the
   * routers, and renewed while the node runs.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `no-such-key`, `no-router`, `invalid-option`
   */
  publish(
    value: IPFSPath,
    options?: NamePublishOptions,
  ): Promise<NamePublishResult>;
  /**
   * Gives the path that a name points at: each one that is newer than that
   * before it, the last of which is the answer.
   *
   * @param value an IPNS name or a domain, with a path after it or without; the
   * node's own name unless set
   * @throws `invalid-name`, `name-not-found`, `name-loop`, `no-router`,
   * `dns-failed`
   */
  resolve(
    value?: TextLike,
    options?: NameResolveOptions,
  ): AsyncGenerator<string, void>;
}

/** The calls on names. */
export function nameAPI(core: Core): NameAPI {
  return {
    publish: (value, options = {}) => publish(core, value, options),
    resolve: (value, options = {}) => resolve(core, value, options),
  };
}

async function publish(
  { link, pick, toPath }: Core,
  value: IPFSPath,
  options: NamePublishOptions,
): Promise<NamePublishResult> {
  const op = Methods.NamePublish;
  const { 'ipns-base': ipnsBase, ...rest } = pick<
    Omit<NamePublishRequest, 'value' | 'ipnsBase'> & { 'ipns-base'?: string }
  >(op, options, {
    resolve: bool,
    lifetime: text,
    ttl: text,
    key: text,
    allowOffline: bool,
    'ipns-base': text,
  });
  const request: NamePublishRequest = {
    ...rest,
    ...(ipnsBase !== undefined && { ipnsBase }),
    value: toPath(value, op),
  };
  return link.ask(op, request, options);
}

async function* resolve(
  { itemsOf, link, pick, toPeer }: Core,
  value: TextLike | undefined,
  options: NameResolveOptions,
): AsyncGenerator<string, void> {
  const op = Methods.NameResolve;
  const request: NameResolveRequest = {
    ...pick<Omit<NameResolveRequest, 'name'>>(op, options, {
      recursive: bool,
      nocache: bool,
      offline: bool,
    }),
    ...(value !== undefined && { name: toPeer(value, op) }),
  };
  const call = link.call(op, request, options);
  for await (const { path } of itemsOf<NameResolved>(call)) {
    yield path;
  }
}
