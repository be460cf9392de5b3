/** Milliseconds between questions to a leader that answers. */
const CALM = 4000;

/** Milliseconds between questions to one that does not. */
const DOUBT = 1000;

/**
 * Questions without an answer, in a row, after which a leader counts as frozen:
 * about ten seconds. What answers is a page's event loop, which neither the
 * start of a worker nor its work holds up.
 */
const PATIENCE = 10;

/** Up to how much, in ms, is added to a pause, so that tabs differ. */
const JITTER = 500;

/**
 * Watches over a leader. Silence is counted in questions and not by the clock:
 * a tab that was itself frozen, or throttled, has not asked meanwhile.
 */
export class Silence {
  readonly #ask: () => void;
  readonly #onsilent: () => void;
  #unanswered = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param ask puts the question
   * @param onsilent told that there was no answer; the counting begins anew
   */
  constructor(ask: () => void, onsilent: () => void) {
    this.#ask = ask;
    this.#onsilent = onsilent;
  }

  /** Begins to ask. */
  start(): void {
    this.stop();
    this.#tick();
  }

  /** Any answer will do, also one to another tab. */
  heard(): void {
    if (this.#timer !== undefined) {
      this.#unanswered = 0;
      this.#wait(CALM);
    }
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unanswered = 0;
  }

  #tick(): void {
    if (this.#unanswered === PATIENCE) {
      this.#unanswered = 0;
      this.#onsilent();
      return;
    }
    this.#unanswered++;
    this.#wait(DOUBT);
    this.#ask();
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    const jitter = Math.random() * JITTER;
    this.#timer = setTimeout(() => this.#tick(), ms + jitter);
  }
}
