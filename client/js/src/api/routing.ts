import type { CID } from 'multiformats/cid';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import type { SharednodeError } from '../errors.js';
import {
  type FindPeerRequest,
  type FindProvidersRequest,
  type Method,
  Methods,
  type ProvideRequest,
  type RoutedPeer,
  type RoutingEvent as ToldEvent,
  type RoutingGetRequest,
  type RoutingPutRequest,
} from '../nodeapi.gen.js';
import { bool, count } from '../options.js';
import type { TextLike } from '../peers.js';
import type { Upload } from '../protocol/call.js';

/** Options of `routing.findProvs`. */
export interface RoutingFindProvsOptions extends CallOptions {
  /** How many to look for; 20 unless set. */
  numProviders?: number | undefined;
}

/** Options of `routing.put`. */
export interface RoutingPutOptions extends CallOptions {
  /** Keeps the record in the repo where no router would take it. */
  allowOffline?: boolean | undefined;
}

/** Options of `routing.provide`. */
export interface RoutingProvideOptions extends CallOptions {
  /** With all that is under them. */
  recursive?: boolean | undefined;
}

/** A peer as a router knows it. */
export interface RoutingPeer {
  /** Its peer id. */
  id: string;
  /** Where it is reached. */
  multiaddrs: string[];
  /** What the peer serves blocks by, as the router says. */
  protocols: string[];
}

/** The URL of the router that an event is about, if it is about one. */
interface OfRouter {
  router?: string;
}

/**
 * One thing that a question to the routers tells, as it comes. The error of one
 * router ends nothing: the question goes on with the others.
 */
export type RoutingQueryEvent = OfRouter &
  (
    | { name: 'SENDING_QUERY'; type: 0 }
    | { name: 'FINAL_PEER'; type: 2; peer: RoutingPeer }
    | { name: 'QUERY_ERROR'; type: 3; error: SharednodeError }
    | { name: 'PROVIDER'; type: 4; providers: RoutingPeer[] }
    | { name: 'VALUE'; type: 5; value: Uint8Array }
  );

/** What the routers know, of which none is asked that was not configured. */
export interface RoutingAPI {
  /**
   * Asks where a peer can be reached.
   *
   * @throws `invalid-peer-id`, `no-router`, `offline`
   */
  findPeer(
    peer: TextLike,
    options?: CallOptions,
  ): AsyncGenerator<RoutingQueryEvent, void>;
  /**
   * Asks who has a block.
   *
   * @throws `invalid-cid`, `no-router`, `offline`
   */
  findProvs(
    cid: CID | string,
    options?: RoutingFindProvsOptions,
  ): AsyncGenerator<RoutingQueryEvent, void>;
  /**
   * Asks for the record under a key, `/ipns/<name>`.
   *
   * @throws `invalid-name`, `name-not-found`, `no-router`, `offline`
   */
  get(
    key: string | Uint8Array,
    options?: CallOptions,
  ): AsyncGenerator<RoutingQueryEvent, void>;
  /**
   * Puts a record under a key.
   *
   * @throws `invalid-name`, `invalid-record`, `no-router`, `offline`
   */
  put(
    key: string | Uint8Array,
    value: Uint8Array,
    options?: RoutingPutOptions,
  ): AsyncGenerator<RoutingQueryEvent, void>;
  /**
   * Would tell the routers that the node has blocks, which no delegated router
   * takes: it always fails.
   *
   * @throws `not-supported`
   */
  provide(
    cids: CID | string | readonly (CID | string)[],
    options?: RoutingProvideOptions,
  ): AsyncGenerator<RoutingQueryEvent, void>;
}

/** The calls on routers. */
export function routingAPI(core: Core): RoutingAPI {
  return {
    findPeer: (peer, options = {}) => findPeer(core, peer, options),
    findProvs: (cid, options = {}) => findProvs(core, cid, options),
    get: (key, options = {}) => get(core, key, options),
    put: (key, value, options = {}) => put(core, key, value, options),
    provide: (cids, options = {}) => provide(core, cids, options),
  };
}

async function* findPeer(
  core: Core,
  peer: TextLike,
  options: CallOptions,
): AsyncGenerator<RoutingQueryEvent, void> {
  const op = Methods.RoutingFindPeer;
  const request: FindPeerRequest = { peer: core.toPeer(peer, op) };
  yield* ask(core, op, request, options);
}

async function* findProvs(
  core: Core,
  cid: CID | string,
  options: RoutingFindProvsOptions,
): AsyncGenerator<RoutingQueryEvent, void> {
  const op = Methods.RoutingFindProviders;
  const request: FindProvidersRequest = {
    ...core.pick<Omit<FindProvidersRequest, 'cid'>>(op, options, {
      numProviders: count,
    }),
    cid: core.toCID(cid, op).bytes,
  };
  yield* ask(core, op, request, options);
}

async function* get(
  core: Core,
  key: string | Uint8Array,
  options: CallOptions,
): AsyncGenerator<RoutingQueryEvent, void> {
  const op = Methods.RoutingGet;
  const request: RoutingGetRequest = { key: toKey(core, key, op) };
  yield* ask(core, op, request, options);
}

async function* put(
  core: Core,
  key: string | Uint8Array,
  value: Uint8Array,
  options: RoutingPutOptions,
): AsyncGenerator<RoutingQueryEvent, void> {
  const op = Methods.RoutingPut;
  if (!core.isBytes(value) || typeof value === 'string') {
    throw core.invalidSource(value, op);
  }
  const request: RoutingPutRequest = {
    ...core.pick<Omit<RoutingPutRequest, 'key'>>(op, options, {
      allowOffline: bool,
    }),
    key: toKey(core, key, op),
  };
  const upload = core.bytesUpload(core.toBytes(value, op));
  yield* ask(core, op, request, options, upload);
}

async function* provide(
  core: Core,
  cids: CID | string | readonly (CID | string)[],
  options: RoutingProvideOptions,
): AsyncGenerator<RoutingQueryEvent, void> {
  const op = Methods.RoutingProvide;
  const request: ProvideRequest = {
    ...core.pick<Omit<ProvideRequest, 'cids'>>(op, options, {
      recursive: bool,
    }),
    cids: [cids].flat().map((cid) => core.toCID(cid, op).bytes),
  };
  yield* ask(core, op, request, options);
}

async function* ask(
  core: Core,
  op: Method,
  request: unknown,
  options: CallOptions,
  upload?: Upload,
): AsyncGenerator<RoutingQueryEvent, void> {
  const call = core.link.call(op, request, options, { upload });
  for await (const event of core.itemsOf<ToldEvent>(call)) {
    const told = toEvent(core, op, event);
    if (told !== undefined) {
      yield event.router ? { ...told, router: event.router } : told;
    }
  }
}

/** What an event says; nothing if a newer node tells what is not known here. */
function toEvent(
  { SharednodeError }: Core,
  op: string,
  { name, peers = [], value, error }: ToldEvent,
): RoutingQueryEvent | undefined {
  const [peer] = peers.map(toRoutingPeer);
  switch (name) {
    case 'SENDING_QUERY':
      return { name, type: 0 };
    case 'FINAL_PEER':
      return peer && { name, type: 2, peer };
    case 'QUERY_ERROR':
      return {
        name,
        type: 3,
        error: new SharednodeError(
          error?.code ?? 'internal',
          error?.message ?? '',
          { op },
        ),
      };
    case 'PROVIDER':
      return { name, type: 4, providers: peers.map(toRoutingPeer) };
    case 'VALUE':
      return value && { name, type: 5, value };
    default:
      return undefined;
  }
}

function toRoutingPeer({
  id,
  multiaddrs = [],
  protocols = [],
}: RoutedPeer): RoutingPeer {
  return { id, multiaddrs, protocols };
}

/** A key, whose bytes are UTF-8 where they are given. */
function toKey(core: Core, key: string | Uint8Array, op: string): string {
  const text =
    typeof key !== 'string' && core.isBytes(key)
      ? new TextDecoder().decode(core.toBytes(key, op))
      : key;
  if (typeof text !== 'string') {
    throw core.invalidOption(op, 'key', key);
  }
  return text;
}
