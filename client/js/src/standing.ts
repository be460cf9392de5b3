import { type CallOptions, watch } from './deadline.js';
import { SharednodeError } from './errors.js';
import type { Kept, Link } from './link.js';
import type { Method } from './nodeapi.gen.js';
import type { Call, Loss } from './protocol/call.js';

/** What a standing call is told to do with what it brings. */
export interface StandingEvents {
  /**
   * Reads one run of the call to its end, and says when what was asked for
   * stands.
   */
  read(call: Call, stands: () => void): Promise<void>;
  /** A run that stood was lost with its worker; it is made up for later. */
  onloss?(): void;
  /**
   * It was ended by an error, or, if that is not fatal, no worker could be
   * reached, which is told once and tried again. Not told before it stands
   * for the first time.
   */
  onerror(error: unknown, fatal: boolean): void;
  /** It has ended, and why. */
  onend?(error: unknown): void;
}

/**
 * A call that lasts until it is given up: with each worker that is reached it
 * is made again.
 */
export class Standing implements Kept {
  readonly #link: Link;
  readonly #op: Method;
  readonly #request: unknown;
  readonly #events: StandingEvents;
  #call: Call | undefined;
  #stood = false; // ever
  #told = false; // that there is no worker
  #ended = false;
  #opening: { resolve(): void; reject(error: unknown): void } | undefined;
  #unwatch = () => {};

  constructor(
    link: Link,
    op: Method,
    request: unknown,
    events: StandingEvents,
  ) {
    this.#link = link;
    this.#op = op;
    this.#request = request;
    this.#events = events;
  }

  /**
   * Makes the call and waits until it stands. The signal ends it at any time,
   * the timeout only until then.
   */
  async open({ signal, timeout }: CallOptions): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.#opening = { resolve, reject };
    });
    opened.catch(() => {});
    const stop = (reason: unknown) => this.#end(reason);
    let untimed = () => {};
    try {
      this.#unwatch = watch({ signal }, this.#op, stop);
      untimed = watch({ timeout }, this.#op, stop);
    } catch (error) {
      this.#end(error);
    }
    if (!this.#ended) {
      this.#link.keep(this);
    }
    await opened.finally(untimed);
  }

  /** Ends it, and waits until the server has ended it too. */
  async stop(): Promise<void> {
    const op = this.#op;
    this.#end(new SharednodeError('canceled', 'given up', { op }));
    await this.#call?.release();
  }

  /** @inheritdoc */
  start(): void {
    if (!this.#ended && (this.#call === undefined || this.#call.ended)) {
      // A message that waits to be published will be heard.
      this.#call = this.#link.call(
        this.#op,
        this.#request,
        {},
        { standing: true },
      );
      void this.#run(this.#call);
    }
  }

  /** @inheritdoc */
  miss(error: unknown): void {
    if (!this.#stood) {
      this.#end(error);
    } else if (!this.#told) {
      this.#told = true;
      this.#events.onerror(error, false);
    }
  }

  /** @inheritdoc */
  close({ code, message }: Loss): void {
    this.#end(new SharednodeError(code, message, { op: this.#op }));
  }

  async #run(call: Call): Promise<void> {
    let stands = false;
    let failure: unknown;
    try {
      await this.#events.read(call, () => {
        stands = true;
        this.#stands();
      });
      const message = 'the node ended it';
      failure = new SharednodeError('disconnected', message, { op: this.#op });
    } catch (error) {
      failure = error;
    }
    if (this.#ended) {
      return;
    }
    if (stands) {
      this.#events.onloss?.();
    }
    if (!call.lost) {
      call.cancel();
      const stood = this.#stood;
      this.#end(failure);
      if (stood) {
        this.#events.onerror(failure, true);
      }
    }
  }

  #stands(): void {
    this.#stood = true;
    this.#told = false;
    this.#opening?.resolve();
  }

  /** Ends it; who waits for it to stand gets the error. */
  #end(error: unknown): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    this.#link.forget(this);
    this.#unwatch();
    this.#opening?.reject(error);
    this.#call?.cancel();
    this.#events.onend?.(error);
  }
}
