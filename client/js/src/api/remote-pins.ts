import type { CID } from 'multiformats/cid';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import type { SharednodeError } from '../errors.js';
import {
  type Method,
  Methods,
  type RemotePin as ToldPin,
  type RemotePinAdd,
  type RemotePinQuery as QueryRequest,
  type RemoteService as ToldService,
  type RemoteServiceAdd,
  type RemoteServiceList,
  type RemoteServiceRequest,
  type RemoteServiceStat,
} from '../nodeapi.gen.js';
import { numbers } from '../numbers.js';
import { bool, text, texts } from '../options.js';
import type { TextLike } from '../peers.js';

/** How far a service is with a pin. */
export type RemotePinStatus = 'queued' | 'pinning' | 'pinned' | 'failed';

/** What names a service. */
export interface RemoteServiceOptions extends CallOptions {
  /** The name under which the node was told of it. */
  service: string;
}

/** Options of `pin.remote.add`. */
export interface PinRemoteAddOptions extends RemoteServiceOptions {
  /** The name of the pin, 255 bytes at most; no name unless set. */
  name?: string | undefined;
  /** Addresses of peers that have the DAG, up to 20; the node's own unless set. */
  origins?: readonly TextLike[] | undefined;
  /** Returns once the service has taken the request. */
  background?: boolean | undefined;
}

/** What names pins of a service. */
export interface RemotePinQuery extends RemoteServiceOptions {
  /** Only of these, 10 at most. */
  cid?: readonly (CID | string)[] | undefined;
  /** Only with exactly this name. */
  name?: string | undefined;
  /** Those of which a pin is to have one; `pinned` unless set. */
  status?: readonly RemotePinStatus[] | undefined;
}

/** A pin of a service. */
export interface RemotePin {
  /** What is pinned. */
  cid: CID;
  /** Its name, '' if it has none. */
  name: string;
  /** How far the service is with it. */
  status: RemotePinStatus;
}

/** Where a service is, and the token for it. */
export interface RemoteCredentials extends CallOptions {
  /** The URL of the service's API, `https://pins.example/psa`. */
  endpoint: URL | string;
  /**
   * The token that the service knows its users by. It stays in the node, and no
   * call tells it.
   */
  key: string;
}

/** A pinning service that the node was told of. */
export interface RemotePinService {
  /** The name under which the node was told of it. */
  service: string;
  /** Where it is. */
  endpoint: URL;
}

/** A service and what it said when it was asked. */
export interface RemotePinServiceWithStat extends RemotePinService {
  /** How many pins it has of each status, or why it could not tell. */
  stat:
    | { status: 'valid'; pinCount: Record<RemotePinStatus, number> }
    | { status: 'invalid'; pinCount?: undefined; error: SharednodeError };
}

/** Which services there are. */
export interface PinRemoteServiceAPI {
  /**
   * Tells the node of a service, for all tabs and all later starts.
   *
   * @throws `invalid-url`, `service-exists`
   */
  add(name: string, credentials: RemoteCredentials): Promise<void>;
  /** Forgets a service; no error if there is none of that name. */
  rm(name: string, options?: CallOptions): Promise<void>;
  /** Lists services and, with `stat`, how many pins each has. */
  ls(
    options: { stat: true } & CallOptions,
  ): Promise<RemotePinServiceWithStat[]>;
  ls(options?: CallOptions): Promise<RemotePinService[]>;
}

/** Pins of services elsewhere, which keep what this browser may not. */
export interface PinRemoteAPI {
  service: PinRemoteServiceAPI;
  /**
   * Asks a service to pin, and waits until it has, or has failed to.
   *
   * @throws `no-such-service`, `unauthorized`, `pin-failed`,
   * `http-unreachable`, `http-refused`, `http-malformed`, `cors-refused`,
   * `offline`
   */
  add(cid: CID | string, options: PinRemoteAddOptions): Promise<RemotePin>;
  /**
   * Lists the pins of a service that match.
   *
   * @throws `no-such-service`, `unauthorized`, `http-unreachable`,
   * `http-refused`, `http-malformed`, `cors-refused`, `offline`
   */
  ls(query: RemotePinQuery): AsyncGenerator<RemotePin, void>;
  /**
   * Removes a pin; more than one that match are an error.
   *
   * @throws `many-pins`, `no-such-service`, `unauthorized`, `http-unreachable`,
   * `http-refused`, `http-malformed`, `cors-refused`, `offline`
   */
  rm(query: RemotePinQuery): Promise<void>;
  /**
   * Removes all that match.
   *
   * @throws `no-such-service`, `unauthorized`, `http-unreachable`,
   * `http-refused`, `http-malformed`, `cors-refused`, `offline`
   */
  rmAll(query: RemotePinQuery): Promise<void>;
}

/** The calls on pins of services. */
export function remotePinsAPI(core: Core): Omit<PinRemoteAPI, 'service'> {
  return {
    add: (cid, options) => add(core, cid, options),
    ls: (query) => ls(core, query),
    rm: (query) => rm(core, query),
    rmAll: (query) => rm(core, query, true),
  };
}

/** The calls on services. */
export function remoteServicesAPI(core: Core): PinRemoteServiceAPI {
  return {
    add: async (name, credentials) => {
      const op = Methods.PinRemoteServiceAdd;
      const request: RemoteServiceAdd = {
        ...service(core, op, name),
        ...core.pick<{ key: string }>(op, credentials, { key: text }),
        endpoint: String(credentials.endpoint),
      };
      await core.link.ask(op, request, bounds(credentials));
    },
    rm: async (name, options = {}) => {
      const op = Methods.PinRemoteServiceRemove;
      await core.link.ask(op, service(core, op, name), options);
    },
    ls: ((options: { stat?: boolean } & CallOptions = {}) =>
      services(core, options)) as PinRemoteServiceAPI['ls'],
  };
}

async function services(
  core: Core,
  options: { stat?: boolean } & CallOptions,
): Promise<RemotePinService[]> {
  const op = Methods.PinRemoteServiceList;
  const request = core.pick<RemoteServiceList>(op, options, { stat: bool });
  const call = core.link.call(op, request, options);
  const told = await core.allItems<ToldService>(call);
  return told.map(({ service, endpoint, stat }) => ({
    service,
    endpoint: new URL(endpoint),
    ...(stat && { stat: toStat(core, op, stat) }),
  }));
}

function toStat(
  { SharednodeError }: Core,
  op: string,
  { pinCount, code = 'internal', error = '' }: RemoteServiceStat,
): RemotePinServiceWithStat['stat'] {
  return pinCount === undefined
    ? { status: 'invalid', error: new SharednodeError(code, error, { op }) }
    : {
        status: 'valid',
        pinCount: numbers(pinCount) as Record<RemotePinStatus, number>,
      };
}

async function add(
  core: Core,
  cid: CID | string,
  options: PinRemoteAddOptions,
): Promise<RemotePin> {
  const op = Methods.PinRemoteAdd;
  const request: RemotePinAdd = {
    ...core.pick<Omit<RemotePinAdd, 'cid' | 'service' | 'origins'>>(
      op,
      options,
      { name: text, background: bool },
    ),
    ...service(core, op, options?.service),
    ...(options.origins !== undefined && {
      origins: options.origins.map((addr) => core.toAddr(addr, op)),
    }),
    cid: core.toCID(cid, op).bytes,
  };
  return toPin(core, await core.link.ask(op, request, bounds(options)));
}

async function* ls(
  core: Core,
  query: RemotePinQuery,
): AsyncGenerator<RemotePin, void> {
  const op = Methods.PinRemoteList;
  const request = toQuery(core, op, query);
  const call = core.link.call(op, request, bounds(query));
  for await (const pin of core.itemsOf<ToldPin>(call)) {
    yield toPin(core, pin);
  }
}

async function rm(
  core: Core,
  query: RemotePinQuery,
  all?: boolean,
): Promise<void> {
  const op = Methods.PinRemoteRemove;
  const request = { ...toQuery(core, op, query), ...(all && { all }) };
  await core.link.ask(op, request, bounds(query));
}

function toQuery(core: Core, op: Method, query: RemotePinQuery): QueryRequest {
  return {
    ...core.pick<Pick<QueryRequest, 'name' | 'status'>>(op, query, {
      name: text,
      status: texts,
    }),
    ...service(core, op, query.service),
    ...(query.cid !== undefined && {
      cids: query.cid.map((cid) => core.toCID(cid, op).bytes),
    }),
  };
}

/** A service's name, without which there is no telling what is meant. */
function service(core: Core, op: string, name: unknown): RemoteServiceRequest {
  if (typeof name !== 'string') {
    throw core.invalidOption(op, 'service', name);
  }
  return { service: name };
}

/** What bounds a call, of an object in which it stands among other things. */
function bounds({ signal, timeout }: CallOptions): CallOptions {
  return { signal, timeout };
}

function toPin({ fromWire }: Core, { cid, name, status }: ToldPin): RemotePin {
  return { cid: fromWire(cid), name, status: status as RemotePinStatus };
}
