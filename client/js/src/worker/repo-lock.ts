/**
 * The Web Lock of a repo, as one worker has it. Another one can take it by
 * force, and a worker that was frozen meanwhile hears of that late: `isHeld`
 * asks the browser.
 */
export class RepoLock {
  /** Told once, if the lock is taken away. */
  onlost: (() => void) | undefined;

  readonly #locks: LockManager | undefined;
  readonly #name: string;
  readonly #own: string;
  readonly #ended = new AbortController();
  /** Whether the lock was granted, and no news came since that it was lost. */
  #granted = false;

  /**
   * @param locks the browser's; without them all fails
   * @param name of the lock
   * @param own the name of a lock that this worker alone has, by which it is
   *   known to the browser; {@link RepoLock.introduce} takes it
   */
  constructor(locks: LockManager | undefined, name: string, own: string) {
    this.#locks = locks;
    this.#name = name;
    this.#own = own;
  }

  /** Takes this worker's own lock. */
  introduce(): Promise<void> {
    return this.#hold(this.#own, {}, () => {});
  }

  /** Waits until the lock is free, and takes it. */
  take(signal: AbortSignal): Promise<void> {
    return this.#obtain({ signal });
  }

  /** Takes the lock from whoever has it. */
  steal(): Promise<void> {
    return this.#obtain({ steal: true });
  }

  /** Whether the lock is this worker's still. */
  async isHeld(): Promise<boolean> {
    try {
      const { held = [] } = await this.#manager().query();
      const [mine, own] = [this.#name, this.#own].map(
        (name) => held.find((lock) => lock.name === name)?.clientId,
      );
      return mine !== undefined && mine === own;
    } catch (error) {
      if ((error as Error).name !== 'SecurityError') {
        throw error;
      }
      return this.#isHeldByNews();
    }
  }

  /**
   * The same where the browser does not tell who holds what, as Firefox does not
   * to frames on another site, nor to their workers. It answers a request after
   * all that it had to tell before, so that of a lock taken away meanwhile is
   * known by then.
   */
  async #isHeldByNews(): Promise<boolean> {
    const options: LockOptions = { ifAvailable: true };
    const free = await this.#manager().request(
      this.#name,
      options,
      (lock) => lock !== null,
    );
    return this.#granted && !free;
  }

  /** Gives all up. */
  release(): void {
    this.#granted = false;
    this.#ended.abort();
  }

  #manager(): LockManager {
    if (this.#locks === undefined) {
      throw new Error('no navigator.locks here; is this a secure context?');
    }
    return this.#locks;
  }

  #obtain(options: LockOptions): Promise<void> {
    return this.#hold(this.#name, options, (granted) => {
      this.#granted = granted;
      if (!granted) {
        this.onlost?.();
      }
    });
  }

  /**
   * Resolves when the lock is granted, and holds it until the release.
   *
   * @param tell called with true when it is granted, and with false if it is taken
   *   away
   */
  async #hold(
    name: string,
    options: LockOptions,
    tell: (granted: boolean) => void,
  ): Promise<void> {
    const locks = this.#manager();
    await new Promise<void>((granted, failed) => {
      let had = false;
      const hold = () => {
        had = true;
        tell(true);
        granted();
        return aborted(this.#ended.signal);
      };
      locks.request(name, options, hold).catch((error: unknown) => {
        if (had) {
          tell(false);
        } else {
          failed(error as Error);
        }
      });
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
