import { Connection } from './connection.js';
import type { CallOptions } from './deadline.js';
import type { Route } from './dial.js';
import { SharednodeError } from './errors.js';
import type { Hello, Method } from './nodeapi.gen.js';
import {
  Call,
  type CallParts,
  type Loss,
  type Upload,
} from './protocol/call.js';
import type { Welcome } from './protocol/handshake.js';
import { CallQueue } from './queue.js';

/** A connection that lasted so long, in ms, is no reason to wait. */
const STABLE = 10_000;

/** The longest pause, in ms, between a loss and the next attempt. */
const MAX_PAUSE = 5_000;

/** What a link tells of itself. */
export interface LinkEvents {
  /** A worker was reached: the first, or another one. */
  onwelcome(welcome: Welcome): void;
  /** Something went wrong that is no call's error. */
  onwarning(error: unknown): void;
}

/** What is to run on each worker that is reached. */
export interface Kept {
  /** A worker was reached. */
  start(): void;
  /** None could be reached, which will be tried again. */
  miss(error: unknown): void;
  /** There will be none any more. */
  close(loss: Loss): void;
}

/**
 * The way from a client to whatever worker runs the node. It keeps the calls
 * that wait for a place, and finds another worker when one is gone.
 */
export class Link {
  readonly route: Route;
  readonly #hello: Hello;
  readonly #events: LinkEvents;
  readonly #waiting = new CallQueue();
  readonly #kept = new Set<Kept>();

  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  /** Gives up what is going on to get a connection. */
  #attempt = new AbortController();
  #losses = 0; // in a row
  #told = false; // that no worker can be reached
  #closed: Loss | undefined;
  #suspended = false;

  constructor(route: Route, hello: Hello, events: LinkEvents) {
    this.route = route;
    this.#hello = hello;
    this.#events = events;
  }

  /**
   * Asks for a call. It begins at once where there is a worker with room for
   * it, and waits for both otherwise. A standing call goes ahead of those that
   * wait.
   */
  call(
    method: Method,
    request: unknown,
    options: CallOptions,
    parts: CallParts = {},
  ): Call {
    const call = new Call(method, request, options, parts);
    if (this.#closed !== undefined) {
      call.lose(this.#closed);
    }
    if (!call.ended) {
      this.#begin(call);
    }
    parts.upload?.send(call);
    return call;
  }

  /** Makes a call that has nothing but a result. */
  async ask<T>(
    method: Method,
    request: unknown,
    options: CallOptions,
    upload?: Upload,
  ): Promise<T> {
    return (await this.call(method, request, options, {
      upload,
    }).result()) as T;
  }

  #begin(call: Call): void {
    const channel = this.#connection?.channel;
    const { upload } = call;
    const behind = !call.parts.standing && this.#waiting.isWaiting(upload);
    call.onrepeat = () => this.#wait(call);
    if (!behind && channel?.hasRoom(upload)) {
      channel.start(call);
    } else {
      this.#wait(call);
    }
  }

  #wait(call: Call): void {
    this.#waiting.add(call);
    this.#seek();
  }

  /** Starts what is kept, now or once there is a worker. */
  keep(kept: Kept): void {
    this.#kept.add(kept);
    if (this.#closed !== undefined) {
      kept.close(this.#closed);
    } else if (this.#connection !== undefined) {
      kept.start();
    } else {
      this.#seek();
    }
  }

  /** Starts it no more. */
  forget(kept: Kept): void {
    this.#kept.delete(kept);
  }

  /** Tells of what is no call's error. */
  warn(error: unknown): void {
    this.#events.onwarning(error);
  }

  /** Names the start of the worker that is reached, if one is. */
  get epoch(): string | undefined {
    return this.#connection?.welcome.epoch;
  }

  /** Reaches a worker, unless there is one. */
  async connect(): Promise<void> {
    if (this.#closed !== undefined) {
      const { code, message } = this.#closed;
      throw new SharednodeError(code, message, { op: 'connect' });
    }
    if (this.#connection === undefined) {
      this.#connecting ??= this.#connect();
      await this.#connecting;
    }
  }

  /** Lets the worker go for a while. */
  suspend(): void {
    this.#suspended = true;
    this.#drop({ code: 'disconnected', message: 'the page was put aside' });
  }

  /** Reaches a worker again. */
  resume(): void {
    if (this.#suspended) {
      this.#suspended = false;
      this.#reconnect();
    }
  }

  /** Ends every call, now and from now on, with the loss. */
  close(loss: Loss): void {
    this.#closed = loss;
    this.#kept.forEach((kept) => kept.close(loss));
    this.#drop(loss);
    this.#waiting.takeAll().forEach((call) => call.lose(loss));
  }

  async #connect(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      const connection = await Connection.open(
        this.route,
        this.#hello,
        attempt.signal,
      );
      this.#connected(connection);
    } catch (error) {
      if (!this.#suspended) {
        this.#waiting.takeAll().forEach((call) => call.miss(error));
        this.#kept.forEach((kept) => kept.miss(error));
      }
      throw error;
    } finally {
      this.#connecting = undefined;
    }
  }

  #connected(connection: Connection): void {
    const since = Date.now();
    this.#connection = connection;
    this.#told = false;
    connection.onloss = () => {
      this.#connection = undefined;
      this.#losses = Date.now() - since > STABLE ? 0 : this.#losses + 1;
      this.#reconnect();
    };
    connection.channel.onroom = () => this.#startWaiting();
    this.#events.onwelcome(connection.welcome);
    this.#kept.forEach((kept) => kept.start());
    this.#startWaiting();
  }

  /** Reaches the next worker, after a pause if the last ones did not last. */
  #reconnect(): void {
    const pause = Math.min(Math.max(this.#losses - 1, 0) * 250, MAX_PAUSE);
    setTimeout(() => {
      if (this.#closed === undefined && !this.#suspended) {
        this.connect().catch((error: unknown) => {
          if (!this.#told) {
            this.#told = true;
            this.warn(error);
          }
          if (this.#kept.size > 0) {
            this.#losses++;
            this.#reconnect();
          }
        });
      }
    }, pause);
  }

  /** Reaches a worker for what waits for one, which is told if there is none. */
  #seek(): void {
    if (!this.#suspended) {
      this.connect().catch(() => {});
    }
  }

  #drop(loss: Loss): void {
    this.#attempt.abort();
    this.#connection?.close(loss);
    this.#connection = undefined;
  }

  #startWaiting(): void {
    const channel = this.#connection?.channel;
    while (channel?.hasRoom(false)) {
      const call = this.#waiting.take(channel.hasRoom(true));
      if (call === undefined) {
        return;
      }
      channel.start(call);
    }
  }
}
