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
  /** What the reader was given: so many bytes, or items. */
  taken = 0;
  /** Told once, when the reader has seen the outcome. */
  ondrained: (() => void) | undefined;

  #queue: Inbound[] = [];
  #reader: Reader | undefined;
  #open = true; // the server may send more
  #wanted = true;
  #skip = 0; // of what comes, the reader has so much already
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
    const rest = this.#unskipped(inbound);
    const reader = this.#reader;
    if (rest === undefined || !this.#wanted) {
      this.#consumed(inbound);
    } else if (reader === undefined) {
      this.#queue.push(rest);
    } else {
      this.#reader = undefined;
      this.#consumed(rest);
      reader.resolve(this.#give(rest));
    }
  }

  /**
   * Begins anew, with another run of the call; who waits goes on to wait. What
   * was kept will come again.
   *
   * @param skips whether what was taken will come again, too
   */
  restart(skips: boolean): void {
    this.#queue = [];
    this.#open = true;
    this.#received = 0;
    this.#owed = 0;
    this.#skip = skips ? this.taken : 0;
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
      return Promise.resolve(this.#give(next));
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

  #give(inbound: Inbound): Inbound {
    this.taken += units(inbound);
    return inbound;
  }

  /** What of it the reader does not have. */
  #unskipped(inbound: Inbound): Inbound | undefined {
    const skip = this.#skip;
    this.#skip = Math.max(skip - units(inbound), 0);
    if (skip === 0) {
      return inbound;
    }
    if (inbound.type === 'item' || skip >= inbound.size) {
      return undefined;
    }
    this.#owed += skip;
    const size = inbound.size - skip;
    return { type: 'data', data: inbound.data.subarray(skip), size };
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

function units({ type, size }: Inbound): number {
  return type === 'data' ? size : 1;
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
