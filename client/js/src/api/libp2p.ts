import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type Method,
  Methods,
  type StreamOffer,
  type StreamOpened,
} from '../nodeapi.gen.js';
import { func, texts } from '../options.js';
import type { TextLike } from '../peers.js';
import type { Call, Upload } from '../protocol/call.js';
import { callOut, report } from '../report.js';
import type { Standing } from '../standing.js';
import { type PeerStream, peerStream } from './peer-stream.js';

/** A stream that a peer opened, and where it comes from. */
export interface IncomingStream {
  /** The stream. */
  stream: PeerStream;
  /** Who it is from, and over which address. */
  connection: { remotePeer: string; remoteAddr: string };
}

/** What the streams that peers open are given to. */
export type StreamHandler = (incoming: IncomingStream) => unknown;

/** Options of `libp2p.handle`. The signal ends the handling. */
export interface HandleOptions extends CallOptions {
  /**
   * Told what the handler throws or rejects with, whose stream is reset; of
   * streams that could not be taken; and, once, that no worker can be reached,
   * which is tried again. `fatal` says that the protocol is handled no more.
   * Without it errors go to the `warning` event, or to `reportError` if they
   * are the handler's own.
   */
  onError?: ((error: Error, fatal: boolean) => void) | undefined;
}

/** Streams to and from peers. */
export interface Libp2pAPI {
  /**
   * Opens a stream to a peer, for the first of the protocols that it speaks.
   * Signal and timeout are those of the opening.
   *
   * @param peer a peer id, or a multiaddr that ends in one
   * @throws `invalid-peer-id`, `invalid-address`, `undialable-address`,
   * `dial-failed`, `protocol-not-supported`, `too-many-streams`, `offline`
   */
  dialProtocol(
    peer: TextLike,
    protocols: string | readonly string[],
    options?: CallOptions,
  ): Promise<PeerStream>;
  /**
   * Gives the streams that peers open for protocols to a handler. Resolves once
   * they are handled; with each new worker they are again. Of several tabs that
   * handle a protocol the one that asked last has it, and when that one ends,
   * the one before it.
   *
   * @throws `protocol-reserved`, `too-many-streams`, `offline`
   */
  handle(
    protocols: string | readonly string[],
    handler: StreamHandler,
    options?: HandleOptions,
  ): Promise<void>;
  /** Ends this client's handling of protocols; streams that are open stay so. */
  unhandle(protocols: string | readonly string[]): Promise<void>;
}

/** The calls on streams. */
export function libp2pAPI(core: Core): Libp2pAPI {
  const handlings = new Set<Handling>();
  return {
    dialProtocol: (peer, protocols, options = {}) =>
      dial(core, peer, protocols, options),
    handle: (protocols, handler, options = {}) =>
      handle(core, handlings, protocols, handler, options),
    unhandle: async (protocols) => {
      const list = toProtocols(core, protocols, Methods.StreamHandle);
      await stop([...handlings].filter((h) => list.includes(h.protocol)));
    },
  };
}

async function dial(
  core: Core,
  peer: TextLike,
  protocols: string | readonly string[],
  options: CallOptions,
): Promise<PeerStream> {
  const op = Methods.StreamDial;
  const request = {
    peer: core.toPeer(peer, op),
    protocols: toProtocols(core, protocols, op),
  };
  return open(core, op, request, 'outbound', options);
}

/** Makes the call that a stream is, and waits until there is the stream. */
async function open(
  core: Core,
  op: Method,
  request: unknown,
  direction: PeerStream['direction'],
  options: CallOptions,
): Promise<PeerStream> {
  const { signal, release } = core.bounded(options, op);
  const call = core.link.call(op, request, { signal }, { upload: byHand });
  try {
    const opened = await call.receive();
    if (opened?.type !== 'item') {
      throw new core.SharednodeError('protocol-error', 'no stream came', {
        op,
      });
    }
    return peerStream(core, call, opened.item as StreamOpened, direction);
  } catch (error) {
    call.cancel();
    throw error;
  } finally {
    release();
  }
}

/** What is written to a stream is written once. */
const byHand: Upload = { again: false, send() {} };

/** The handling of one protocol. */
interface Handling {
  readonly protocol: string;
  readonly standing: Standing;
}

async function handle(
  core: Core,
  handlings: Set<Handling>,
  protocols: string | readonly string[],
  handler: StreamHandler,
  options: HandleOptions,
): Promise<void> {
  const op = Methods.StreamHandle;
  const list = toProtocols(core, protocols, op);
  const { onError } = core.pick<Pick<HandleOptions, 'onError'>>(op, options, {
    onError: func,
  });
  if (!func(handler)) {
    throw core.invalidOption(op, 'handler', handler);
  }
  const failed = (error: unknown, fatal = false) => {
    if (onError !== undefined) {
      callOut(() => onError(error as Error, fatal));
    } else if (error instanceof core.SharednodeError) {
      core.link.warn(error);
    } else {
      report(error);
    }
  };
  const begun = list.map((protocol) => {
    const standing = new core.Standing(
      core.link,
      op,
      { protocol },
      {
        read: (call, stands) => offers(core, call, stands, handler, failed),
        onerror: failed,
        onend: () => handlings.delete(handling),
      },
    );
    const handling = { protocol, standing };
    handlings.add(handling);
    return handling;
  });
  try {
    await Promise.all(begun.map(({ standing }) => standing.open(options)));
  } catch (error) {
    await stop(begun);
    throw error;
  }
}

async function stop(handlings: Handling[]): Promise<void> {
  await Promise.all(handlings.map(({ standing }) => standing.stop()));
}

/** Takes the streams that are offered in one run of a handling. */
async function offers(
  core: Core,
  call: Call,
  stands: () => void,
  handler: StreamHandler,
  failed: (error: unknown) => void,
): Promise<void> {
  const run = new AbortController();
  try {
    for await (const { id } of core.itemsOf<StreamOffer>(call)) {
      stands();
      if (id) {
        accept(core, id, handler, run.signal).catch(failed);
      }
    }
  } finally {
    run.abort();
  }
}

/**
 * Takes a stream that was offered, for a handler. Once the run has ended that
 * offered it, it is not taken: the next worker may give its number to another.
 */
async function accept(
  core: Core,
  id: number | bigint,
  handler: StreamHandler,
  signal: AbortSignal,
): Promise<void> {
  let stream: PeerStream;
  try {
    const op = Methods.StreamAccept;
    stream = await open(core, op, { id }, 'inbound', { signal });
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    throw error;
  }
  const { remotePeer, remoteAddr } = stream;
  try {
    await handler({ stream, connection: { remotePeer, remoteAddr } });
  } catch (error) {
    stream.abort(error);
    throw error;
  }
}

function toProtocols(
  core: Core,
  protocols: string | readonly string[],
  op: string,
): string[] {
  const list = [protocols].flat();
  if (!texts(list)) {
    throw core.invalidOption(op, 'protocols', protocols);
  }
  return list as string[];
}
