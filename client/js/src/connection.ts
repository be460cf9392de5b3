import type { Dialed } from './dial.js';
import { messageOf, SharednodeError } from './errors.js';
import { hold, randomName, released } from './locks.js';
import type { Loss } from './protocol/call.js';
import { Channel } from './protocol/channel.js';
import type { Welcome } from './protocol/handshake.js';
import { VERSION } from './version.js';

/** Bytes taken on each call before credit is sent. */
const WINDOW = 1024 * 1024;

/** What the platform throws where it lets a page have no worker or no lock. */
function unreachable(cause: unknown): SharednodeError {
  return new SharednodeError('worker-failed', messageOf(cause), {
    op: 'connect',
    cause,
  });
}

/**
 * A channel that is up and watched over. Each side holds a Web Lock and queues
 * for the other's: the client takes its own before the worker hears the name,
 * and being granted the worker's means that the worker is gone.
 */
export class Connection {
  readonly channel: Channel;
  readonly welcome: Welcome;
  /** Told once, when the connection ends by itself. */
  onloss: ((loss: Loss) => void) | undefined;

  readonly #release: () => void;
  readonly #ended = new AbortController();

  private constructor(
    channel: Channel,
    welcome: Welcome,
    release: () => void,
    locks: LockManager | undefined,
  ) {
    this.channel = channel;
    this.welcome = welcome;
    this.#release = release;
    channel.onloss = (loss) => this.#lost(loss);
    if (locks !== undefined && welcome.lock !== '') {
      released(locks, welcome.lock, this.#ended.signal).then(
        () => this.#workerGone(),
        () => {}, // ended before that
      );
    }
  }

  /**
   * Reaches a worker.
   *
   * @param app the application's part of hello
   * @param signal gives the attempt up
   */
  static async open(
    dial: () => Dialed,
    app: unknown,
    signal: AbortSignal,
  ): Promise<Connection> {
    // Absent outside secure contexts and browsers.
    const locks = globalThis.navigator?.locks as LockManager | undefined;
    const lock = locks === undefined ? '' : randomName();
    let release = () => {};
    let channel: Channel | undefined;
    const abort = () => {
      channel?.close({ code: 'closed', message: 'given up' });
    };
    try {
      if (locks !== undefined) {
        release = await hold(locks, lock);
      }
      signal.throwIfAborted();
      const dialed = dial();
      channel = new Channel(dialed.port, {
        client: `sharednode-js/${VERSION}`,
        lock,
        window: WINDOW,
        app,
      });
      signal.addEventListener('abort', abort, { once: true });
      const welcome = await Promise.race([channel.welcomed, dialed.failed]);
      signal.throwIfAborted();
      return new Connection(channel, welcome, release, locks);
    } catch (error) {
      abort();
      release();
      throw error instanceof SharednodeError ? error : unreachable(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Ends the connection; its calls end with the loss. */
  close(loss: Loss): void {
    this.channel.close(loss);
    this.#end();
  }

  #workerGone(): void {
    const loss: Loss = {
      code: 'worker-restarted',
      message: 'the worker is gone',
    };
    this.channel.close(loss);
    this.#lost(loss);
  }

  #lost(loss: Loss): void {
    this.#end();
    this.onloss?.(loss);
  }

  #end(): void {
    this.#ended.abort();
    this.#release();
  }
}
