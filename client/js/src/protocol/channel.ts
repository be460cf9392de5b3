import { decode } from '../cbor/decode.js';
import { encode } from '../cbor/encode.js';
import { messageOf, SharednodeError } from '../errors.js';
import type { Call, Loss, Outlet } from './call.js';
import {
  decodeMessage,
  type Frame,
  FrameError,
  FrameType,
  MAX_OPEN,
} from './frame.js';
import {
  type Hello,
  readWelcome,
  VERSIONS,
  type Welcome,
} from './handshake.js';
import { errorPayload, readCredit, readError } from './payload.js';
import type { Port } from './port.js';
import { FrameWriter } from './writer.js';

/** The client's end of a port: a handshake, then calls. */
export class Channel implements Outlet {
  /** Settled by the handshake. */
  readonly welcomed: Promise<Welcome>;
  readonly window: number;
  peerWindow = 0;
  maxFrame = 0;
  /** Told once, when the channel ends by itself after the handshake. */
  onloss: ((loss: Loss) => void) | undefined;
  /** Told when a call has ended and another may start. */
  onroom: (() => void) | undefined;

  readonly #port: Port;
  readonly #writer: FrameWriter;
  readonly #calls = new Map<number, Call>();
  #welcome: { resolve(w: Welcome): void; reject(e: unknown): void } | undefined;
  #maxCalls = 0;
  #maxUploads = 0;
  #uploads = 0;
  #lastId = 0;
  #closed = false;

  /** Takes the port and says hello. */
  constructor(port: Port, hello: Hello) {
    this.window = hello.window;
    this.welcomed = new Promise((resolve, reject) => {
      this.#welcome = { resolve, reject };
    });
    this.#port = port;
    this.#writer = new FrameWriter(port);
    port.onmessage = ({ data }) => this.#receive(data);
    this.#control(FrameType.hello, encode({ ...hello, versions: VERSIONS }));
  }

  /** Whether one more call may start. */
  hasRoom(upload: boolean): boolean {
    return (
      !this.#closed &&
      this.#calls.size < this.#maxCalls &&
      !(upload && this.#uploads >= this.#maxUploads)
    );
  }

  /** Runs a call, for which there has to be room. */
  start(call: Call): void {
    const size = call.request.length;
    const limit = Math.min(this.maxFrame, MAX_OPEN);
    if (size > limit) {
      call.reject(
        new SharednodeError('frame-too-large', 'the request is too large', {
          op: call.op,
          details: { size, limit },
        }),
      );
      return;
    }
    const id = ++this.#lastId;
    this.#calls.set(id, call);
    if (call.upload) {
      this.#uploads++;
    }
    // The call stays in its place until the server has ended it too.
    call.onabandon = (error) => {
      this.send(FrameType.cancel, false, id, errorPayload(error));
    };
    call.start(this, id);
  }

  send(type: FrameType, end: boolean, id: number, payload: Uint8Array): void {
    this.#writer.write(type, end, id, payload);
  }

  /** Ends the channel: calls end with the loss, the server is told. */
  close(loss: Loss): void {
    if (!this.#closed) {
      const { code, message } = loss;
      this.#control(
        FrameType.goodbye,
        errorPayload(new SharednodeError(code, message)),
      );
      this.#end(loss);
    }
  }

  #control(type: FrameType, payload: Uint8Array): void {
    this.send(type, false, 0, payload);
  }

  #end(loss: Loss): void {
    this.#closed = true;
    this.#port.onmessage = null;
    this.#writer.close();
    this.#port.close();
    this.#welcome?.reject(new SharednodeError(loss.code, loss.message, loss));
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      call.onabandon = undefined;
      call.lose(loss);
      call.finish();
    }
  }

  #receive(data: unknown): void {
    try {
      for (const frame of decodeMessage(bytesOf(data))) {
        if (this.#closed) {
          return;
        }
        this.#dispatch(frame);
      }
    } catch (error) {
      const loss: Loss = {
        code: error instanceof FrameError ? error.code : 'protocol-error',
        message: messageOf(error),
        cause: error,
      };
      this.close(loss);
      this.onloss?.(loss);
    }
  }

  #dispatch(frame: Frame): void {
    if (this.#welcome !== undefined) {
      this.#handshake(frame, this.#welcome);
    } else if (frame.call !== 0) {
      this.#dispatchToCall(frame);
    } else if (frame.type === FrameType.ping) {
      this.#control(FrameType.pong, frame.payload);
    } else if (frame.type === FrameType.goodbye) {
      const loss = lossBy(readError(frame.payload));
      this.#end(loss);
      this.onloss?.(loss);
    } else if (frame.type !== FrameType.pong) {
      throw new FrameError(`a frame of type ${frame.type} from the server`);
    }
  }

  #handshake(
    { type, payload }: Frame,
    {
      resolve,
      reject,
    }: { resolve(w: Welcome): void; reject(e: unknown): void },
  ): void {
    if (type === FrameType.welcome) {
      const welcome = readWelcome(payload);
      this.#welcome = undefined;
      this.peerWindow = welcome.window;
      this.maxFrame = welcome.maxFrame;
      this.#maxCalls = welcome.maxCalls;
      this.#maxUploads = welcome.maxUploads;
      resolve(welcome);
    } else if (type === FrameType.refuse || type === FrameType.goodbye) {
      reject(readError(payload, 'connect'));
      this.#end({ code: 'disconnected', message: 'refused' });
    } else {
      throw new FrameError(`a frame of type ${type} before the welcome`);
    }
  }

  #dispatchToCall({ type, end, call: id, payload }: Frame): void {
    const call = this.#calls.get(id);
    if (call === undefined) {
      if (id > this.#lastId) {
        throw new FrameError(`a frame for no call, ${id}`);
      }
      return; // it has ended
    }
    const size = payload.length;
    switch (type) {
      case FrameType.data:
        call.incoming.push({ type: 'data', data: payload, size });
        break;
      case FrameType.item:
        call.incoming.push({ type: 'item', item: decode(payload), size });
        break;
      case FrameType.credit:
        call.outgoing.addCredit(readCredit(payload));
        break;
      case FrameType.result:
        this.#finish(call, id, decode(payload));
        break;
      case FrameType.error:
        this.#finish(call, id, undefined, readError(payload, call.op));
        break;
      default:
        throw new FrameError(`a frame of type ${type} from the server`);
    }
    if (end) {
      call.incoming.close();
    }
  }

  #finish(
    call: Call,
    id: number,
    value: unknown,
    error?: SharednodeError,
  ): void {
    this.#calls.delete(id);
    call.onabandon = undefined;
    if (call.upload) {
      this.#uploads--;
    }
    if (error === undefined) {
      call.resolve(value);
    } else if (workerEnds(error)) {
      this.#maxCalls = 0; // it takes no more
      call.lose(lossBy(error), false);
    } else {
      call.reject(error);
    }
    call.finish();
    this.onroom?.();
  }
}

/** Why calls end that the server has no answer to. */
function lossBy(cause: SharednodeError): Loss {
  return {
    code: workerEnds(cause) ? 'worker-restarted' : 'disconnected',
    message: `the session was ended: ${cause.message}`,
    cause,
  };
}

/** Whether a goodbye is that of a worker, rather than of one session. */
function workerEnds({ code }: SharednodeError): boolean {
  return /^(worker-|closing)/.test(code);
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) {
    return data;
  }
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  throw new FrameError('a message that is not bytes');
}
