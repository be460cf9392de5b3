import type { Route } from './dial.js';
import { SharednodeError } from './errors.js';
import { released } from './locks.js';
import type { Loss } from './protocol/call.js';
import { Channel } from './protocol/channel.js';
import type { Hello, Welcome } from './protocol/handshake.js';

/** How long, in ms, an answer is waited for before it is doubted. */
const PATIENCE = 1000;

/** How many times as long the lock of a worker in doubt is waited for. */
const DOUBT = 2;

/** How often one is sent on, at most, before it is told. */
const MAX_MOVES = 8;

/** What is added, in ms, to the pause before each time but the first. */
const MOVE_PAUSE = 50;

const givenUp: Loss = { code: 'closed', message: 'given up' };

/** A channel, and what the server said of itself. */
export interface Opened {
  readonly channel: Channel;
  readonly welcome: Welcome;
  /** Resolves once the worker is known to be gone, where its lock does not tell. */
  readonly gone: Promise<void> | undefined;
}

/**
 * Dials until a worker answers, and goes on to another if that one says so. A
 * port can lead to a worker that has just ended, without a word from the
 * browser; then nobody holds the worker's lock, and the next port leads to a
 * new one. The same lock may be held by a worker that another page has begun
 * since, so it is not waited for without end: a second port does no harm to a
 * worker that takes its time.
 */
export async function reachWorker(
  route: Route,
  hello: Hello,
  signal: AbortSignal,
): Promise<Opened> {
  let patience = PATIENCE;
  for (let moves = 0; ;) {
    try {
      const opened = await tryOnce(route, hello, signal, patience);
      if (opened !== undefined) {
        return opened;
      }
      patience *= 2;
    } catch (error) {
      if (isMove(error) && moves < MAX_MOVES) {
        route.follow(error.details['worker']);
        await sleep(MOVE_PAUSE * moves++, signal);
      } else if (signal.aborted || !isGone(error) || !route.goHome()) {
        throw error;
      }
    }
  }
}

/** Whether an error names another worker. */
export function isMove(error: unknown): error is SharednodeError {
  return error instanceof SharednodeError && error.code === 'worker-moved';
}

/** Whether there is no worker where it was said to be, or not that one any more. */
function isGone(error: unknown): boolean {
  return (
    !(error instanceof SharednodeError) ||
    error.code === 'worker-failed' ||
    error.code === 'not-granted'
  );
}

/** Dials once; gives nothing if nobody is there. */
async function tryOnce(
  route: Route,
  hello: Hello,
  signal: AbortSignal,
  patience: number,
): Promise<Opened | undefined> {
  signal.throwIfAborted();
  const { port, lock, failed, gone } = await route.dial(signal);
  const channel = new Channel(port, hello);
  const settled = new AbortController();
  const abort = () => channel.close(givenUp);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) {
    abort(); // while it was being dialed
  }
  try {
    const welcome = await Promise.race([
      channel.welcomed,
      failed,
      nobodyThere(route, lock, patience, settled.signal),
    ]);
    signal.throwIfAborted();
    if (welcome !== undefined) {
      return { channel, welcome, gone };
    }
    channel.close(givenUp);
    return undefined;
  } catch (error) {
    channel.close(givenUp);
    throw error;
  } finally {
    settled.abort();
    signal.removeEventListener('abort', abort);
  }
}

async function nobodyThere(
  { locks }: Route,
  lock: string,
  patience: number,
  signal: AbortSignal,
): Promise<undefined> {
  await sleep(patience, signal);
  await Promise.race([
    released(lock, signal, locks),
    sleep(DOUBT * patience, signal),
  ]);
}

/** Waits, no longer than until the signal. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
