import { encode } from '../cbor/encode.js';
import { encodeHeader, FrameType, HEADER_SIZE } from '../protocol/frame.js';
import type { Failure } from './program.js';

/** Fewer ports than this are not worth to be looked through. */
const TIDY = 64;

/** What the doorman needs of a port. */
export interface DoorPort {
  postMessage(message: Uint8Array): void;
}

/**
 * Keeps the ports that come before the program is up, in order, and knows all
 * of them, so that each tab can be told when the program has ended.
 */
export class Doorman<P extends DoorPort = MessagePort> {
  readonly #waiting: P[] = [];
  /** Ports that the program has, weakly: most tabs go before the worker. */
  #handed: WeakRef<P>[] = [];
  /** How many there may be before those that are gone are looked for. */
  #tidyAt = TIDY;
  #accept: ((port: P) => void) | undefined;
  #failure: Failure | undefined;

  /** Takes a port for the program. */
  receive(port: P): void {
    if (this.#failure !== undefined) {
      // Who comes later is told nothing of how this worker ended: by its lock it
      // finds that nobody is there, and dials the next one.
      if (this.#failure.code === 'worker-moved') {
        send(port, FrameType.refuse, this.#failure);
      }
    } else if (this.#accept === undefined) {
      this.#waiting.push(port);
    } else {
      this.#hand(port, this.#accept);
    }
  }

  /** Begins to hand the ports over. */
  open(accept: (port: P) => void): void {
    this.#accept = accept;
    for (const port of this.#waiting.splice(0)) {
      this.#hand(port, accept);
    }
  }

  /** Sends everybody away. */
  close(failure: Failure): void {
    this.#failure = failure;
    for (const port of this.#waiting.splice(0)) {
      send(port, FrameType.refuse, failure);
    }
    for (const handed of this.#handed.splice(0)) {
      const port = handed.deref();
      if (port !== undefined) {
        send(port, FrameType.goodbye, failure);
      }
    }
  }

  #hand(port: P, accept: (port: P) => void): void {
    // Not each time: thousands may come at once.
    if (this.#handed.length >= this.#tidyAt) {
      this.#handed = this.#handed.filter((ref) => ref.deref() !== undefined);
      this.#tidyAt = 2 * this.#handed.length + TIDY;
    }
    this.#handed.push(new WeakRef(port));
    accept(port);
  }
}

function send(port: DoorPort, type: FrameType, failure: Failure): void {
  const payload = encode(failure);
  const frame = new Uint8Array(HEADER_SIZE + payload.length);
  const view = new DataView(frame.buffer);
  encodeHeader(view, 0, type, false, 0, payload.length);
  frame.set(payload, HEADER_SIZE);
  port.postMessage(frame);
}
