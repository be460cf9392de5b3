import { encode } from '../cbor/encode.js';
import type { ErrorCode } from '../errors.js';
import { encodeHeader, FrameType, HEADER_SIZE } from '../protocol/frame.js';
import type { Port } from '../protocol/port.js';
import { randomName } from './messages.js';

type Listener = ((event: { data: unknown }) => void) | null;

/**
 * A client's end of a port, which can be led to one worker after another as
 * long as none has answered: what was sent by then, a hello, is sent again.
 *
 * What the election has to tell a client it tells on the port, as a worker
 * would: in a `refuse` that connecting failed, in a `goodbye` that there is
 * another worker.
 */
export class Dial implements Port {
  /** Names the port that is under way now. */
  id = '';
  /** The term of the leader that it was sent to. */
  term = '';
  /** Whether it is known to have reached a worker. */
  taken = false;

  readonly #onclose: (dial: Dial) => void;
  #port: MessagePort | undefined;
  #unanswered: Uint8Array[] | undefined = [];
  #listener: Listener = null;
  /** Said before anybody listened. */
  #early: Uint8Array | undefined;

  /**
   * @param url the worker's script
   * @param onclose told when the client is done with the port
   */
  constructor(
    readonly url: string,
    onclose: (dial: Dial) => void,
  ) {
    this.#onclose = onclose;
  }

  /** Whether a worker has answered. */
  get answered(): boolean {
    return this.#unanswered === undefined;
  }

  /** Begins anew: gives the end for a worker. */
  begin(): MessagePort {
    this.#abandon();
    this.id = randomName();
    this.taken = false;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#unanswered?.forEach((message) => port1.postMessage(message));
    this.#listen();
    return port2;
  }

  /** Ends a connecting that cannot succeed. */
  fail(code: ErrorCode, message: string, details = {}): void {
    this.#say(FrameType.refuse, { code, message, details });
  }

  /** Sends a client that was answered to the worker there is now. */
  move(): void {
    this.#say(FrameType.goodbye, {
      code: 'worker-moved',
      message: 'another tab runs the worker now',
      details: { worker: { kind: 'dedicated', url: this.url } },
    });
  }

  postMessage(message: Uint8Array, transfer: ArrayBuffer[] = []): void {
    // Copied, since what is transferred cannot be sent again.
    this.#unanswered?.push(structuredClone(message));
    this.#port?.postMessage(message, transfer);
  }

  get onmessage(): Listener {
    return this.#listener;
  }

  set onmessage(listener: Listener) {
    this.#listener = listener;
    const early = this.#early;
    if (listener !== null && early !== undefined) {
      this.#early = undefined;
      queueMicrotask(() => this.#listener?.({ data: early }));
    }
    this.#listen();
  }

  close(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#listener = null;
    this.#onclose(this);
  }

  #listen(): void {
    if (this.#port !== undefined && this.#listener !== null) {
      this.#port.onmessage = (event) => {
        this.#unanswered = undefined;
        this.#listener?.(event);
      };
    }
  }

  /** Leaves a worker that it may reach yet with nobody to serve. */
  #abandon(): void {
    if (this.#port !== undefined) {
      const message = 'the port was led elsewhere';
      const bye = { code: 'closed', message };
      this.#port.onmessage = null;
      this.#port.postMessage(frame(FrameType.goodbye, bye));
      this.#port.close();
    }
  }

  #say(type: FrameType, error: object): void {
    const data = frame(type, error);
    if (this.#listener !== null) {
      this.#listener({ data });
    } else {
      this.#early = data;
    }
  }
}

function frame(type: FrameType, error: object): Uint8Array {
  const payload = encode(error);
  const message = new Uint8Array(HEADER_SIZE + payload.length);
  const view = new DataView(message.buffer);
  encodeHeader(view, 0, type, false, 0, payload.length);
  message.set(payload, HEADER_SIZE);
  return message;
}
