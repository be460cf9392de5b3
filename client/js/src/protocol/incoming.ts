import { FrameError, HEADER_SIZE } from './frame.js';

/** What a call receives: bytes or an item. */
export type Inbound =
  | { readonly type: 'data'; readonly data: Uint8Array; readonly size: number }
  | { readonly type: 'item'; readonly item: unknown; readonly size: number };

/** How a call ended. */
export type Outcome =
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'error'; readonly error: unknown };

interface Reader {
  /** Whether the end of what comes is all that it waits for. */
  readonly untilEnd: boolean;
  resolve(inbound: Inbound | undefined): void;
  reject(error: unknown): void;
}

/**
 * The receiving half of a call. What comes is kept, within the window, until
 * its one reader takes it; only then is new credit sent for it.
 */
export class Incoming {
  /** How the call ended; what came before may not have been read yet. */
  outcome: Outcome | undefined;
  /** Told once, when the reader has seen the outcome. */
  ondrained: (() => void) | undefined;

  #queue: Inbound[] = [];
  #reader: Reader | undefined;
  #open = true; // the server may send more
  #wanted = true;
  #sendCredit: ((bytes: number) => void) | undefined;

  // All in bytes of frames, headers included.
  #window = 0;
  #received = 0; // in all
  #granted = 0; // in all, the window included
  #owed = 0; // taken by the reader, with no credit sent for it yet

  /** Grants the window, and from then on sends credit. */
  start(window: number, sendCredit: (bytes: number) => void): void {
    this.#window = window;
    this.#granted = window;
    this.#sendCredit = sendCredit;
  }

  /** Takes in what a frame brought. */
  push(inbound: Inbound): void {
    if (!this.#open) {
      throw new FrameError('a frame after the end');
    }
    this.#received += cost(inbound);
    if (this.#received > this.#granted) {
      throw new FrameError('a frame exceeds the credit');
    }
    if (this.outcome !== undefined || inbound.size === 0) {
      return; // given up, which the server may not know yet; or only an end
    }
    const reader = this.#reader;
    if (reader === undefined && this.#wanted) {
      this.#queue.push(inbound);
      return;
    }
    this.#reader = undefined;
    this.#consumed(inbound);
    reader?.resolve(inbound);
  }

  /** Takes the server's word that nothing more will come but the outcome. */
  close(): void {
    this.#open = false;
    if (this.#reader?.untilEnd) {
      this.#reader.resolve(undefined);
      this.#reader = undefined;
    }
  }

  /** Drops what is kept: nobody will want it. */
  drop(): void {
    this.#queue = [];
  }

  /** Takes what is kept and what will come as read; ends who waits for it. */
  discard(): void {
    if (this.#wanted) {
      this.#wanted = false;
      this.#queue.forEach((inbound) => this.#consumed(inbound));
      this.#queue = [];
      this.#reader?.resolve(undefined);
      this.#reader = undefined;
    }
  }

  /** Ends the call. What is kept is still given out before the outcome. */
  end(outcome: Outcome): void {
    this.outcome = outcome;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) {
      this.#drained();
      settle(reader, outcome);
    }
  }

  /**
   * Waits for what comes next; gives undefined once the call has a result,
   * and throws its error.
   *
   * @param untilEnd gives undefined as soon as no more will come
   */
  receive(untilEnd = false): Promise<Inbound | undefined> {
    const next = this.#queue.shift();
    if (next !== undefined) {
      this.#consumed(next);
      return Promise.resolve(next);
    }
    return new Promise((resolve, reject) => {
      const reader = { untilEnd, resolve, reject };
      if (untilEnd && !(this.#open && this.#wanted)) {
        resolve(undefined);
      } else if (this.outcome === undefined) {
        this.#reader = reader;
      } else {
        this.#drained();
        settle(reader, this.outcome);
      }
    });
  }

  #consumed(inbound: Inbound): void {
    this.#owed += cost(inbound);
    if (this.#owed * 2 >= this.#window && this.outcome === undefined) {
      this.#granted += this.#owed;
      this.#sendCredit?.(this.#owed);
      this.#owed = 0;
    }
  }

  #drained(): void {
    this.ondrained?.();
    this.ondrained = undefined;
  }
}

function cost(inbound: Inbound): number {
  return inbound.size === 0 ? 0 : HEADER_SIZE + inbound.size;
}

function settle(reader: Reader, outcome: Outcome): void {
  if (outcome.type === 'result') {
    reader.resolve(undefined);
  } else {
    reader.reject(outcome.error);
  }
}
