/** How often, in ms, the fence notes that the worker runs. */
const BEAT = 500;

/**
 * For how long, in ms, a beat proves that the worker was not frozen: more than
 * a timer is late by on a busy machine, and a small part of the silence after
 * which another worker takes the lock.
 */
const STALE = 2000;

/**
 * Keeps a worker that was frozen, and whose lock was taken meanwhile, from
 * writing when it wakes. The news of that may come after other tasks, so the
 * clock decides: without a beat for a while nothing is to be written before the
 * browser has said whose the lock is.
 *
 * The beat is a task of the worker's own event loop, on which it also answers
 * others. A beat that comes late proves nothing, and is not noted: it may be the
 * first task after a freeze.
 *
 * What is left is a process stopped within the one task that both asks and
 * begins a transaction: that transaction, which is whole, goes through.
 */
export class Fence {
  readonly #isHeld: () => Promise<boolean>;
  readonly #onlost: () => void;
  #beat = performance.now();
  #timer: ReturnType<typeof setInterval>;

  /**
   * @param isHeld asks the browser whether the lock is held still
   * @param onlost told if it is not
   */
  constructor(isHeld: () => Promise<boolean>, onlost: () => void) {
    this.#isHeld = isHeld;
    this.#onlost = onlost;
    this.#timer = setInterval(() => this.#tick(), BEAT);
  }

  /** Whether it is certain, at this moment, that the lock is held. */
  isFresh(): boolean {
    return performance.now() - this.#beat <= STALE;
  }

  /** Asks the browser. Writing is allowed in the task that hears a yes. */
  async confirm(): Promise<boolean> {
    const asked = performance.now();
    const held = await this.#isHeld();
    if (held) {
      this.#beat = Math.max(this.#beat, asked);
    } else {
      this.#onlost();
    }
    return held;
  }

  /** Ends the beat. */
  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (this.isFresh()) {
      this.#beat = performance.now();
    } else {
      this.confirm().catch(() => {}); // asked again by the next
    }
  }
}
