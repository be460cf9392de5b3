import { encodeHeader, type FrameType, HEADER_SIZE } from './frame.js';
import type { Port } from './port.js';

/** Frames longer than this go out as a message of their own. */
const LARGE = 32 * 1024;

/** Small frames are gathered into messages of about this size. */
const MESSAGE = 64 * 1024;

/**
 * Sends frames on a port. Small frames that are written in one turn of the
 * event loop go out as one message, since each message wakes the other side
 * up; order is kept. Payloads are copied once, into the message, whose buffer
 * is then transferred.
 */
export class FrameWriter {
  readonly #port: Port;
  readonly #bytes = new Uint8Array(MESSAGE);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #flushLater = () => this.flush();
  #used = 0;
  #scheduled = false;
  #closed = false;

  constructor(port: Port) {
    this.#port = port;
  }

  /** Writes one frame. The payload may be changed once this returns. */
  write(
    type: FrameType,
    end: boolean,
    call: number,
    payload: Uint8Array,
  ): void {
    const size = HEADER_SIZE + payload.length;
    if (size > LARGE) {
      this.flush();
      const message = new Uint8Array(size);
      const view = new DataView(message.buffer);
      encodeHeader(view, 0, type, end, call, payload.length);
      message.set(payload, HEADER_SIZE);
      this.#post(message);
      return;
    }
    if (this.#used + size > MESSAGE) {
      this.flush();
    }
    encodeHeader(this.#view, this.#used, type, end, call, payload.length);
    this.#bytes.set(payload, this.#used + HEADER_SIZE);
    this.#used += size;
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(this.#flushLater);
    }
  }

  /** Sends what was gathered. */
  flush(): void {
    this.#scheduled = false;
    if (this.#used > 0) {
      const message = this.#bytes.slice(0, this.#used);
      this.#used = 0;
      this.#post(message);
    }
  }

  /** Sends what was gathered, and nothing from then on. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #post(message: Uint8Array<ArrayBuffer>): void {
    if (!this.#closed) {
      this.#port.postMessage(message, [message.buffer]);
    }
  }
}
