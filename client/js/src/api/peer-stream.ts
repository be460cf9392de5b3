import type { Core } from '../core.js';
import type { SharednodeError } from '../errors.js';
import type { StreamOpened } from '../nodeapi.gen.js';
import type { Call } from '../protocol/call.js';
import type { Bytes } from '../sources/bytes.js';

/** How long, in ms, a peer may take to end its half of a stream closed here. */
const CLOSE_GRACE = 60_000;

/** What can be written to a stream: bytes or text, or what lists its bytes. */
export type StreamChunk = Bytes | { subarray(): Uint8Array };

/** What a stream's sink takes. */
export type StreamSource = Iterable<StreamChunk> | AsyncIterable<StreamChunk>;

/**
 * A stream to or from a peer: a duplex as it-pipe takes it. Nothing is read
 * ahead of its reader but a window of 1 MiB, and writing waits for the peer.
 * Every error has a code: `stream-reset` where the peer or the loss of the
 * connection ended the stream, `worker-restarted` or `disconnected` where it
 * was lost with the worker or the port.
 */
export interface PeerStream extends AsyncIterable<Uint8Array> {
  readonly protocol: string;
  readonly direction: 'inbound' | 'outbound';
  /** The peer's id. */
  readonly remotePeer: string;
  /** The address of the connection that it runs over. */
  readonly remoteAddr: string;
  /** What the peer sends, up to its end. There is one reader; leaving the loop
   * is `closeRead`. */
  readonly source: AsyncGenerator<Uint8Array, void>;
  /** Writes all of a source, then closes for writing. */
  readonly sink: (source: StreamSource) => Promise<void>;
  /**
   * Writes bytes, after those that were written before. Resolves once they are
   * on their way; until then they must not be changed.
   */
  write(bytes: StreamChunk): Promise<void>;
  /** Tells the peer that no more will come, once all was written. */
  closeWrite(): Promise<void>;
  /** Throws away what the peer still sends. */
  closeRead(): void;
  /**
   * Closes both ways: what was written is delivered, what comes is thrown away.
   * The stream is reset if the peer has not ended its half in a minute.
   */
  close(): Promise<void>;
  /** Resets the stream, both ways; its reader and writers get the error. */
  abort(error?: unknown): void;
}

/** The stream that a call is, once it is open. */
export function peerStream(
  core: Core,
  call: Call,
  { peer, protocol, addr }: StreamOpened,
  direction: PeerStream['direction'],
): PeerStream {
  const writer = new Writer(core, call);
  const closeRead = () => call.incoming.discard();
  const source = read(call);
  return {
    protocol,
    direction,
    remotePeer: peer,
    remoteAddr: addr,
    source,
    [Symbol.asyncIterator]: () => source,
    sink: (chunks) => drain(core, call, writer, chunks),
    write: (bytes) => writer.write(bytes),
    closeWrite: () => writer.close(),
    closeRead,
    close: () => close(call, writer),
    abort: (error) => abort(core, call, error),
  };
}

async function* read(call: Call): AsyncGenerator<Uint8Array, void> {
  try {
    for (;;) {
      const inbound = await call.read();
      if (inbound === undefined) {
        return;
      }
      if (inbound.type === 'data') {
        yield inbound.data;
      }
    }
  } finally {
    call.incoming.discard();
  }
}

async function drain(
  core: Core,
  call: Call,
  writer: Writer,
  chunks: StreamSource,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      await writer.write(chunk);
    }
  } catch (error) {
    abort(core, call, error);
    throw error;
  }
  await writer.close();
}

async function close(call: Call, writer: Writer): Promise<void> {
  call.incoming.discard();
  const timer = setTimeout(() => call.cancel(), CLOSE_GRACE);
  call.result().then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );
  await writer.close();
}

function abort(core: Core, call: Call, error: unknown): void {
  call.fail(
    error ?? new core.SharednodeError('canceled', 'aborted', { op: call.op }),
  );
}

/** Writes one after the other. */
class Writer {
  readonly #core: Core;
  readonly #call: Call;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(core: Core, call: Call) {
    this.#core = core;
    this.#call = call;
  }

  async write(chunk: StreamChunk): Promise<void> {
    const bytes = bytesOfChunk(this.#core, chunk, this.#call.op);
    if (this.#closed) {
      throw this.#closedError();
    }
    await this.#next(async () => {
      if (!(await this.#call.outgoing.data(bytes))) {
        throw this.#failure();
      }
    });
  }

  /** Says, after all that was written, that no more will be. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#next(() => this.#call.outgoing.end());
  }

  #next(step: () => void | Promise<void>): Promise<void> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Why the call takes no more. */
  #failure(): unknown {
    const { outcome } = this.#call.incoming;
    return outcome?.type === 'error' ? outcome.error : this.#closedError();
  }

  #closedError(): SharednodeError {
    const message = 'the stream was closed for writing';
    return new this.#core.SharednodeError('stream-closed', message, {
      op: this.#call.op,
    });
  }
}

function bytesOfChunk(core: Core, chunk: StreamChunk, op: string): Uint8Array {
  if (core.isBytes(chunk)) {
    return core.toBytes(chunk, op);
  }
  // A Uint8ArrayList, which many protocols' encoders give.
  if (typeof chunk?.subarray === 'function') {
    return chunk.subarray();
  }
  throw core.invalidSource(chunk, op);
}
