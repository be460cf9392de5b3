import { bounded, type CallOptions } from '../deadline.js';
import { SharednodeError } from '../errors.js';
import type { Link } from '../link.js';
import {
  type Method,
  Methods,
  type StreamOffer,
  type StreamOpened,
} from '../nodeapi.gen.js';
import { func, invalidOption, pick, texts } from '../options.js';
import { type TextLike, toPeer } from '../peers.js';
import type { Call, Upload } from '../protocol/call.js';
import { callOut, report } from '../report.js';
import { Standing } from '../standing.js';
import { type PeerStream, peerStream } from './peer-stream.js';
import { itemsOf } from './stream.js';

/** A stream that a peer opened, and where it comes from. */
export interface IncomingStream {
  stream: PeerStream;
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
export function libp2pAPI(link: Link): Libp2pAPI {
  const handlings = new Set<Handling>();
  return {
    dialProtocol: (peer, protocols, options = {}) =>
      dial(link, peer, protocols, options),
    handle: (protocols, handler, options = {}) =>
      handle(link, handlings, protocols, handler, options),
    unhandle: async (protocols) => {
      const list = toProtocols(protocols, Methods.StreamHandle);
      await stop([...handlings].filter((h) => list.includes(h.protocol)));
    },
  };
}

async function dial(
  link: Link,
  peer: TextLike,
  protocols: string | readonly string[],
  options: CallOptions,
): Promise<PeerStream> {
  const op = Methods.StreamDial;
  const request = {
    peer: toPeer(peer, op),
    protocols: toProtocols(protocols, op),
  };
  return open(link, op, request, 'outbound', options);
}

/** Makes the call that a stream is, and waits until there is the stream. */
async function open(
  link: Link,
  op: Method,
  request: unknown,
  direction: PeerStream['direction'],
  options: CallOptions,
): Promise<PeerStream> {
  const { signal, release } = bounded(options, op);
  const call = link.call(op, request, { signal }, { upload: byHand });
  try {
    const opened = await call.receive();
    if (opened?.type !== 'item') {
      throw new SharednodeError('protocol-error', 'no stream came', { op });
    }
    return peerStream(call, opened.item as StreamOpened, direction);
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
  link: Link,
  handlings: Set<Handling>,
  protocols: string | readonly string[],
  handler: StreamHandler,
  options: HandleOptions,
): Promise<void> {
  const op = Methods.StreamHandle;
  const list = toProtocols(protocols, op);
  const { onError } = pick<Pick<HandleOptions, 'onError'>>(op, options, {
    onError: func,
  });
  if (!func(handler)) {
    throw invalidOption(op, 'handler', handler);
  }
  const failed = (error: unknown, fatal = false) => {
    if (onError !== undefined) {
      callOut(() => onError(error as Error, fatal));
    } else if (error instanceof SharednodeError) {
      link.warn(error);
    } else {
      report(error);
    }
  };
  const begun = list.map((protocol) => {
    const standing = new Standing(
      link,
      op,
      { protocol },
      {
        read: (call, stands) => offers(link, call, stands, handler, failed),
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
  link: Link,
  call: Call,
  stands: () => void,
  handler: StreamHandler,
  failed: (error: unknown) => void,
): Promise<void> {
  const run = new AbortController();
  try {
    for await (const { id } of itemsOf<StreamOffer>(call)) {
      stands();
      if (id) {
        accept(link, id, handler, run.signal).catch(failed);
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
  link: Link,
  id: number | bigint,
  handler: StreamHandler,
  signal: AbortSignal,
): Promise<void> {
  let stream: PeerStream;
  try {
    const op = Methods.StreamAccept;
    stream = await open(link, op, { id }, 'inbound', { signal });
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
  protocols: string | readonly string[],
  op: string,
): string[] {
  const list = [protocols].flat();
  if (!texts(list)) {
    throw invalidOption(op, 'protocols', protocols);
  }
  return list as string[];
}
