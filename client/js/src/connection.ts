import type { Route } from './dial.js';
import { messageOf, SharednodeError } from './errors.js';
import { isMove, type Opened, reachWorker } from './reach.js';
import { type HeldLock, holdNew, released } from './locks.js';
import type { Loss } from './protocol/call.js';
import type { Channel } from './protocol/channel.js';
import type { Welcome } from './protocol/handshake.js';
import { VERSION } from './version.js';

/** Bytes taken on each call before credit is sent. */
const WINDOW = 1024 * 1024;

/** How long, in ms, a worker that says that it ends may take to do so. */
const END_GRACE = 2000;

/**
 * A channel that is up and watched over. Each side holds a Web Lock and queues
 * for the other's: the client takes its own before the worker hears the name,
 * and being granted the worker's means that the worker is gone.
 */
export class Connection {
  readonly channel: Channel;
  readonly welcome: Welcome;
  /** Told once, when the connection has ended by itself. */
  onloss: (() => void) | undefined;

  readonly #route: Route;
  readonly #release: () => void;
  /** Whether the end of the worker will be noticed by its lock. */
  readonly #watched: boolean;
  readonly #ended = new AbortController();

  private constructor(
    route: Route,
    { channel, welcome, gone }: Opened,
    lock: HeldLock,
  ) {
    this.#route = route;
    this.channel = channel;
    this.welcome = welcome;
    this.#release = lock.release;
    this.#watched = lock.name !== '' && welcome.lock !== '';
    channel.onloss = (loss) => this.#channelLost(loss);
    const { signal } = this.#ended;
    (gone ?? released(welcome.lock, signal, route.locks)).then(
      () => this.#workerGone(),
      () => {}, // ended before that
    );
  }

  /**
   * Reaches a worker.
   *
   * @param app the application's part of hello
   * @param signal gives the attempt up
   */
  static async open(
    route: Route,
    app: unknown,
    signal: AbortSignal,
  ): Promise<Connection> {
    let lock: HeldLock | undefined;
    try {
      lock = await holdNew(route.locks);
      const client = `sharednode-js/${VERSION}`;
      const hello = { client, lock: lock.name, window: WINDOW, app };
      const opened = await reachWorker(route, hello, signal);
      return new Connection(route, opened, lock);
    } catch (error) {
      lock?.release();
      throw error instanceof SharednodeError ? error : unreachable(error);
    }
  }

  /** Ends the connection; its calls end with the loss. */
  close(loss: Loss): void {
    this.channel.close(loss);
    this.#end();
  }

  #workerGone(): void {
    this.channel.close({
      code: 'worker-restarted',
      message: 'the worker is gone',
    });
    this.#lost();
  }

  #channelLost({ code, cause }: Loss): void {
    if (isMove(cause)) {
      this.#route.follow(cause.details['worker']);
      this.#lost();
      return;
    }
    // A worker that says that it ends has not ended yet, and who dials now
    // might reach it still. That it is gone its lock will tell.
    if (code === 'worker-restarted' && this.#watched) {
      setTimeout(() => this.#lost(), END_GRACE);
    } else {
      this.#lost();
    }
  }

  #lost(): void {
    if (!this.#ended.signal.aborted) {
      this.#end();
      this.onloss?.();
    }
  }

  #end(): void {
    this.#ended.abort();
    this.#release();
  }
}

/** What the platform throws where it lets a page have no worker or no lock. */
function unreachable(cause: unknown): SharednodeError {
  return new SharednodeError('worker-failed', messageOf(cause), {
    op: 'connect',
    cause,
  });
}
