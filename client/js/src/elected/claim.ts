/** What a tab is told of its claim. */
export interface ClaimEvents {
  /** The tab leads. */
  onlead(): void;
  /** Another tab took the lead by force. This one waits in line again. */
  onlost(): void;
  /** The browser lets it have no lock. */
  onrefused(error: unknown): void;
}

/** A tab's claim on the lead, which is a Web Lock. */
export class Claim {
  readonly #locks: LockManager;
  readonly #name: string;
  readonly #events: ClaimEvents;
  #waiting = new AbortController();
  #release = () => {};
  #closed = false;

  constructor(locks: LockManager, name: string, events: ClaimEvents) {
    this.#locks = locks;
    this.#name = name;
    this.#events = events;
  }

  /** Waits in line. */
  wait(): void {
    const { signal } = this.#waiting;
    void this.#request({ signal }, signal);
  }

  /** Takes the lead from a leader that is silent. */
  steal(): void {
    this.#waiting.abort();
    this.#waiting = new AbortController();
    void this.#request({ steal: true }, this.#waiting.signal);
  }

  /** Gives the lead up, or the place in line. */
  close(): void {
    this.#closed = true;
    this.#waiting.abort();
    this.#release();
  }

  async #request(options: LockOptions, given: AbortSignal): Promise<void> {
    let led = false;
    try {
      await this.#locks.request(this.#name, options, () => {
        if (!this.#closed) {
          led = true;
          return this.#lead();
        }
        return undefined;
      });
    } catch (error) {
      if (this.#closed) {
        return;
      }
      if (led) {
        this.wait();
        this.#events.onlost();
      } else if (!given.aborted) {
        this.#events.onrefused(error);
      }
    }
  }

  #lead(): Promise<void> {
    const released = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    this.#events.onlead();
    return released;
  }
}
