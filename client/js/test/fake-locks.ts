import type { TestContext } from 'node:test';

interface Lock {
  name: string;
  clientId: string;
  shared: boolean;
  grant(): void;
  /** Takes it away from its holder. */
  steal(): void;
}

interface Options {
  mode?: string;
  signal?: AbortSignal;
  steal?: boolean;
  ifAvailable?: boolean;
}

/** Web Locks as far as the client and the worker use them. */
export class FakeLocks {
  #held: Lock[] = [];
  #waiting: Lock[] = [];

  /** Does not tell who holds what, as Firefox does not to other sites' frames. */
  secret = false;

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

  /** The locks as another page or worker has them. */
  of(clientId: string): LockManager {
    return {
      query: () => this.query(),
      request: (
        name: string,
        options: Options | ((lock: unknown) => unknown),
        callback?: (lock: unknown) => unknown,
      ) => this.request(name, options, callback, clientId),
    } as unknown as LockManager;
  }

  /** Takes a lock as somebody else; gives what gives it up. */
  hold(name: string): () => void {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.of('somebody')
      .request(name, () => until)
      .catch(() => {}); // stolen
    return release;
  }

  async query(): Promise<{ held: { name: string; clientId: string }[] }> {
    if (this.secret) {
      throw new DOMException('not here', 'SecurityError');
    }
    return {
      held: this.#held.map(({ name, clientId }) => ({ name, clientId })),
    };
  }

  async request(
    name: string,
    options: Options | ((lock: unknown) => unknown),
    callback?: (lock: unknown) => unknown,
    clientId = 'this',
  ): Promise<unknown> {
    const run = typeof options === 'function' ? options : callback;
    const { mode, signal, steal, ifAvailable } =
      typeof options === 'function' ? ({} as Options) : options;
    if (ifAvailable && this.held.includes(name)) {
      // The answer is a task, after those that tell of what was before.
      await new Promise<void>((resolve) => setImmediate(resolve));
      return run?.(null);
    }
    const lock: Lock = {
      name,
      clientId,
      shared: mode === 'shared',
      grant: () => {},
      steal: () => {},
    };
    await new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      lock.grant = resolve;
      signal?.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((other) => other !== lock);
        reject(signal.reason as Error);
      });
      if (steal) {
        this.#held.filter((l) => l.name === name).forEach((l) => l.steal());
        this.#waiting.unshift(lock);
      } else {
        this.#waiting.push(lock);
      }
      this.#grant();
    });
    const stolen = new Promise<never>((_, reject) => {
      lock.steal = () => {
        this.#held = this.#held.filter((other) => other !== lock);
        reject(new DOMException('stolen', 'AbortError'));
      };
    });
    try {
      return await Promise.race([run?.(lock), stolen]);
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
