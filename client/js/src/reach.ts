import type { Dialed } from './dial.js';
import { released } from './locks.js';
import type { Loss } from './protocol/call.js';
import { Channel } from './protocol/channel.js';
import type { Hello, Welcome } from './protocol/handshake.js';

/** How long, in ms, an answer is waited for before it is doubted. */
const PATIENCE = 1000;

const givenUp: Loss = { code: 'closed', message: 'given up' };

/** A channel, and what the server said of itself. */
export interface Opened {
  readonly channel: Channel;
  readonly welcome: Welcome;
}

/**
 * Dials until a worker answers. A port can lead to a worker that has just
 * ended, without a word from the browser; then nobody holds the worker's lock,
 * and the next port leads to a new one. A worker that takes its time is left
 * alone.
 */
export async function reachWorker(
  dial: () => Dialed,
  hello: Hello,
  signal: AbortSignal,
): Promise<Opened> {
  for (let patience = PATIENCE; ; patience *= 2) {
    const opened = await tryOnce(dial, hello, signal, patience);
    if (opened !== undefined) {
      return opened;
    }
  }
}

/** Dials once; gives nothing if nobody is there. */
async function tryOnce(
  dial: () => Dialed,
  hello: Hello,
  signal: AbortSignal,
  patience: number,
): Promise<Opened | undefined> {
  signal.throwIfAborted();
  const { port, lock, failed } = dial();
  const channel = new Channel(port, hello);
  const settled = new AbortController();
  const abort = () => channel.close(givenUp);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const welcome = await Promise.race([
      channel.welcomed,
      failed,
      nobodyThere(lock, patience, settled.signal),
    ]);
    signal.throwIfAborted();
    if (welcome !== undefined) {
      return { channel, welcome };
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
  lock: string,
  patience: number,
  signal: AbortSignal,
): Promise<undefined> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patience);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await released(lock, signal);
}
