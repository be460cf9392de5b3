import { encode } from '../cbor/encode.js';
import { SharednodeError } from '../errors.js';
import { FrameType, HEADER_SIZE, MAX_ITEM } from './frame.js';

/** So much credit is there in the end, always: half the smallest window. */
const SURE_CREDIT = MAX_ITEM + HEADER_SIZE;

/** Bytes go out in frames of at most this size, so that several fit a window. */
const MAX_DATA = 256 * 1024;

/** Writes one frame of the call. */
export type SendFrame = (
  type: FrameType,
  end: boolean,
  payload: Uint8Array,
) => void;

const none = new Uint8Array(0);

/**
 * The sending half of a call. It has one writer at a time, which waits for
 * credit. Its methods answer true at once where nothing stands in the way, so
 * that what is written in one go can leave in one message; and false, also as
 * a promise, once nobody takes any more.
 */
export class Outgoing {
  /** Told once, when nothing more will be taken, unless `end` was called. */
  onstop: (() => void) | undefined;

  readonly #op: string;
  #open = true;
  #credit = 0;
  #maxData = 0;
  #send: SendFrame | undefined;
  #wake: (() => void) | undefined;

  /** @param op names the call in errors */
  constructor(op: string) {
    this.#op = op;
  }

  /** Lets the writer begin, with so much credit. */
  start(credit: number, maxFrame: number, send: SendFrame): void {
    this.#credit = credit;
    this.#maxData = Math.min(maxFrame, MAX_DATA);
    this.#send = send;
    this.#wakeWriter();
  }

  /** Lets the writer send so many bytes more. */
  addCredit(bytes: number): void {
    this.#credit += bytes;
    this.#wakeWriter();
  }

  /** Ends this half: the writer learns that nobody takes any more. */
  stop(): void {
    if (this.#open) {
      this.#open = false;
      this.#wakeWriter();
      this.onstop?.();
    }
  }

  /** Sends an item. */
  item(value: unknown): boolean | Promise<boolean> {
    const payload = encode(value);
    if (payload.length > MAX_ITEM) {
      throw new SharednodeError('frame-too-large', 'an entry is too large', {
        op: this.#op,
        details: { size: payload.length, limit: MAX_ITEM },
      });
    }
    const size = HEADER_SIZE + payload.length;
    const step = (): boolean | Promise<boolean> => {
      if (this.#open && this.#credit < size) {
        return this.#moreCredit().then(step);
      }
      if (this.#open) {
        this.#credit -= size;
        this.#send?.(FrameType.item, false, payload);
      }
      return this.#open;
    };
    return step();
  }

  /** Sends bytes, which are copied, in as many frames as it takes. */
  data(bytes: Uint8Array): boolean | Promise<boolean> {
    const total = bytes.length;
    let at = 0;
    const step = (): boolean | Promise<boolean> => {
      while (this.#open && at < total) {
        if (this.#credit < Math.min(HEADER_SIZE + total - at, SURE_CREDIT)) {
          return this.#moreCredit().then(step);
        }
        if (bytes.length !== total) {
          throw detached(this.#op, total);
        }
        const room = Math.min(this.#credit - HEADER_SIZE, this.#maxData);
        const end = Math.min(at + room, total);
        this.#credit -= HEADER_SIZE + end - at;
        this.#send?.(FrameType.data, false, bytes.subarray(at, end));
        at = end;
      }
      return this.#open;
    };
    return step();
  }

  /** Says that no more will be sent. */
  end(): void {
    if (this.#open) {
      this.#open = false;
      this.#send?.(FrameType.data, true, none);
    }
  }

  #moreCredit(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeWriter(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

function detached(op: string, expected: number): SharednodeError {
  return new SharednodeError(
    'source-changed',
    'the bytes were transferred away',
    { op, details: { expected, actual: 0 } },
  );
}
