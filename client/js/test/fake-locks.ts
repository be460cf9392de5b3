import type { TestContext } from 'node:test';

interface Lock {
  name: string;
  shared: boolean;
  grant(): void;
}

/** Web Locks as far as the client uses them. */
export class FakeLocks {
  #held: Lock[] = [];
  #waiting: Lock[] = [];

  /** The names of the locks that are held. */
  get held(): string[] {
    return this.#held.map(({ name }) => name);
  }

  /** Puts the locks where the platform has them, until the test ends. */
  static install(t: TestContext): FakeLocks {
    const locks = new FakeLocks();
    define('navigator', { locks });
    t.after(() => define('navigator', undefined));
    return locks;
  }

  /** Takes a lock as somebody else; gives what gives it up. */
  hold(name: string): () => void {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    void this.request(name, () => until);
    return release;
  }

  async request(
    name: string,
    options: { mode?: string; signal?: AbortSignal } | (() => unknown),
    callback?: () => unknown,
  ): Promise<unknown> {
    const run = typeof options === 'function' ? options : callback;
    const { mode, signal } = typeof options === 'function' ? {} : options;
    const lock = { name, shared: mode === 'shared', grant: () => {} };
    await new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      lock.grant = resolve;
      this.#waiting.push(lock);
      signal?.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((other) => other !== lock);
        reject(signal.reason as Error);
      });
      this.#grant();
    });
    try {
      return await run?.();
    } finally {
      this.#held = this.#held.filter((other) => other !== lock);
      this.#grant();
    }
  }

  /** Grants what can be granted, in order. */
  #grant(): void {
    for (const lock of this.#waiting) {
      const others = this.#held.filter(({ name }) => name === lock.name);
      if (others.every(({ shared }) => shared && lock.shared)) {
        this.#waiting = this.#waiting.filter((other) => other !== lock);
        this.#held.push(lock);
        lock.grant();
      }
    }
  }
}

/** Sets a global, which may be one of the runtime's own. */
export function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, {
    value,
    configurable: true,
    writable: true,
  });
}
