/**
 * One worker at a time has a repo: the one that holds the Web Lock
 * `sharednode:<repo>`, from before its program is loaded until its program has
 * closed the database. Which one that is the workers settle here, with two
 * messages on the BroadcastChannel `sharednode:<repo>:workers`: `ask` and
 * `answer` (messages.ts).
 *
 * States of a worker:
 *
 * - *asking*, at first. It has queued for the lock, and asks who holds it, at
 *   once and then every ASK_INTERVAL.
 * - *stealing*, for a moment, when nobody answers. There is no way back.
 * - *holding*, once the lock is granted and the browser, asked again, confirms
 *   it (a worker can be granted a lock while it is frozen, and lose it before
 *   it wakes). It answers each ask, also while its program is being loaded.
 * - *yielding*, once it has answered `yield`. Its program ends what it has
 *   begun, its clients are sent to the one that asked, the lock goes last. How
 *   long that may take is up to whoever runs the program.
 * - *over*: refused, since the holder keeps the repo; or lost, since another
 *   took the lock; or released.
 *
 * Verdicts:
 *
 * - The one that asks is newer by its version: `yield`. It goes on waiting, and
 *   asking. The browser grants the lock in the order of the queue when the holder
 *   lets go of it; if that gives it to a third worker, that one is asked in turn.
 * - It is a dedicated worker, as the holder is, and runs the same script: it was
 *   started by the tab that leads now, and the holder's tab does so no more
 *   (elected.ts): `yield`, whatever the versions.
 * - Else it is as old or older: `keep`, with the holder. The one that asked sends
 *   its clients there, and ends.
 * - While yielding, asks are judged by the version of the one that comes next,
 *   and `keep` names that one.
 *
 * No answer to PATIENCE asks in a row: the holder is frozen (the only tab of a
 * shared worker lies in the back/forward cache, say) or broken, and the one that
 * asks takes the lock by force. A busy holder answers late, and one whose
 * program is slow to load answers at once, so neither is taken for frozen.
 * Silence is counted in asks, not by the clock: an asking worker that was itself
 * suspended has not asked meanwhile.
 *
 * The one stolen from learns of it by its lock, or by the fence (fence.ts) if
 * that is first; it writes nothing more, and ends.
 *
 * Anything else that comes over the channel is ignored, as are the fields of a
 * known message that are not known.
 */

import type { Worker } from '../nodeapi.gen.js';
import { Fence } from './fence.js';
import { type Answer, type Ask, readMessage } from './messages.js';
import type { RepoLock } from './repo-lock.js';
import { compareVersions } from './semver.js';

/** Milliseconds between asks: ten make up the patience, and cost nothing. */
const ASK_INTERVAL = 1000;

/**
 * Asks without an answer, in a row, after which the holder counts as frozen.
 * About ten seconds: no program keeps its event loop from turning as long as
 * that, and a person still waits.
 */
const PATIENCE = 10;

/** What of a BroadcastChannel is used. */
export interface WorkerChannel {
  postMessage(message: Ask | Answer): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  close(): void;
}

/** What a holder is told. */
export interface HolderEvents {
  /** A newer worker is to have the repo. Told once. */
  onyield(successor: Worker): void;
  /** The repo was taken by force. Told once. */
  onlost(): void;
}

/** One worker's part in the settlement. */
export class Arbitration {
  readonly #me: Worker;
  readonly #lock: RepoLock;
  readonly #channel: WorkerChannel;
  readonly #events: HolderEvents;
  /** Gives up waiting for the lock. */
  readonly #waiting = new AbortController();

  #state: 'asking' | 'stealing' | 'holding' | 'yielding' | 'over' = 'asking';
  #successor: Worker | undefined;
  #fence: Fence | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #unanswered = 0;
  #settle: (holder: Worker | undefined) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(
    me: Worker,
    lock: RepoLock,
    channel: WorkerChannel,
    events: HolderEvents,
  ) {
    this.#me = me;
    this.#lock = lock;
    this.#channel = channel;
    this.#events = events;
  }

  /**
   * Returns nothing once this worker has the repo, or the worker that has it,
   * and to which clients are to be sent. Throws if there are no locks to be
   * had. It does not settle if the lock is lost as soon as it was granted, of
   * which `onlost` tells.
   */
  async run(): Promise<Worker | undefined> {
    await this.#lock.introduce();
    const settled = new Promise<Worker | undefined>((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.#lock.onlost = () => this.#lost();
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.#obtain(this.#lock.take(this.#waiting.signal));
    this.#timer = setInterval(() => this.#tick(), ASK_INTERVAL);
    this.#ask();
    try {
      return await settled;
    } finally {
      clearInterval(this.#timer);
    }
  }

  /** Whether it is certain, at this moment, that this worker has the repo. */
  isFresh(): boolean {
    return this.#isHolder() && this.#fence?.isFresh() === true;
  }

  /** Asks the browser whether this worker has the repo still. */
  async confirm(): Promise<boolean> {
    return this.#isHolder() && (await this.#fence?.confirm()) === true;
  }

  /** Lets the repo go. */
  release(): void {
    this.#end();
    this.#lock.release();
  }

  #isHolder(): boolean {
    return this.#state === 'holding' || this.#state === 'yielding';
  }

  /** Waits for the lock to be granted. */
  #obtain(granted: Promise<void>): void {
    granted.then(
      () => this.#granted(),
      (error: unknown) => {
        // Otherwise it was this worker that gave the request up.
        if (this.#state === 'asking') {
          this.#fail(error);
        }
      },
    );
  }

  #granted(): void {
    if (this.#state !== 'asking' && this.#state !== 'stealing') {
      return;
    }
    this.#state = 'holding';
    clearInterval(this.#timer);
    this.#fence = new Fence(
      () => this.#lock.isHeld(),
      () => this.#lost(),
    );
    this.#fence.confirm().then(
      (held) => held && this.#settle(undefined),
      (error: unknown) => this.#fail(error),
    );
  }

  #tick(): void {
    if (++this.#unanswered < PATIENCE) {
      this.#ask();
      return;
    }
    this.#state = 'stealing';
    clearInterval(this.#timer);
    this.#waiting.abort();
    this.#lock.steal().then(
      () => this.#granted(),
      (error: unknown) => this.#fail(error),
    );
  }

  #ask(): void {
    this.#channel.postMessage({ type: 'ask', worker: this.#me });
  }

  #receive(data: unknown): void {
    const message = readMessage(data);
    if (message?.type === 'ask' && this.#isHolder()) {
      this.#answer(message.worker);
    } else if (message?.type === 'answer' && message.to === this.#me.epoch) {
      this.#answered(message);
    }
  }

  #answer(asker: Worker): void {
    const next = this.#successor ?? this.#me;
    const newer =
      compareVersions(asker.version, next.version) > 0 ||
      isNextLeaders(asker, next);
    this.#channel.postMessage({
      type: 'answer',
      to: asker.epoch,
      // The successor itself asks again while it waits.
      verdict: newer || asker.epoch === next.epoch ? 'yield' : 'keep',
      worker: next,
    });
    if (newer && this.#state === 'holding') {
      this.#state = 'yielding';
      this.#successor = asker;
      this.#events.onyield(asker);
    }
  }

  #answered({ verdict, worker }: Answer): void {
    this.#unanswered = 0;
    if (verdict === 'keep' && this.#state === 'asking') {
      this.#end();
      this.#waiting.abort();
      this.#settle(worker);
    }
  }

  #lost(): void {
    if (this.#isHolder()) {
      this.#end();
      this.#events.onlost();
    }
  }

  #end(): void {
    this.#state = 'over';
    this.#channel.close();
    this.#fence?.close();
  }
}

/** Whether a worker is that of a tab that leads now, in place of the other's. */
function isNextLeaders(worker: Worker, other: Worker): boolean {
  return (
    worker.kind === 'dedicated' &&
    other.kind === 'dedicated' &&
    worker.url === other.url &&
    worker.epoch !== other.epoch
  );
}
