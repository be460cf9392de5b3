import { type CallOptions, watch } from '../deadline.js';
import { type ErrorCode, SharednodeError } from '../errors.js';
import { type Method, Repeats } from '../nodeapi.gen.js';
import { FrameType } from './frame.js';
import { type Inbound, Incoming } from './incoming.js';
import { Outgoing } from './outgoing.js';
import { creditPayload, openPayload } from './payload.js';

/** What a running call needs of its channel. */
export interface Outlet {
  /** Bytes that the client takes on a call before it has to send credit. */
  readonly window: number;
  /** Bytes that the server takes on a call before it has to send credit. */
  readonly peerWindow: number;
  /** The largest payload that the server takes. */
  readonly maxFrame: number;
  send(type: FrameType, end: boolean, id: number, payload: Uint8Array): void;
}

/** Why calls end that were not answered. */
export interface Loss {
  code: ErrorCode;
  message: string;
  cause?: unknown;
}

/** What there is to a call besides its request. */
export interface CallParts {
  /** The stream from client to server, if there is one. */
  upload?: Upload | undefined;
  /** Names what is left when so much was taken; it need not be left out then. */
  rest?: ((taken: number) => unknown) | undefined;
  /** It is made again by whoever made it, who is told that it was lost. */
  standing?: boolean | undefined;
}

/** What a call sends. */
export interface Upload {
  /** Whether it can be sent once more, from the beginning. */
  readonly again: boolean;
  /** Begins to send. */
  send(call: Call): unknown;
}

/** How often a call is made again, at most: it may be what ends the worker. */
const MAX_REPEATS = 2;

/**
 * One call, from the moment it is asked for: it may wait for a channel, run on
 * one, and end, once, by the server's answer, by the client giving it up, or by
 * the loss of the channel, unless it can be made again.
 */
export class Call {
  readonly op: Method;
  /** The payload of the frame that opens it. */
  request: Uint8Array;
  readonly parts: CallParts;
  readonly incoming = new Incoming();
  outgoing: Outgoing;
  /** Set by who holds the call: told when the client gives it up. */
  onabandon: ((error: unknown) => void) | undefined;
  /** Told that it waits for a channel again. */
  onrepeat: (() => void) | undefined;
  /** Whether it ended for want of a worker, rather than by an answer. */
  lost = false;

  #repeats = 0;
  #loss: Loss | undefined; // the last one
  #unwatch: () => void = () => {};
  #running = false;
  #onfinish: (() => void) | undefined;

  constructor(
    op: Method,
    request: unknown,
    options: CallOptions,
    parts: CallParts,
  ) {
    this.op = op;
    this.request = openPayload(op, request);
    this.parts = parts;
    this.outgoing = new Outgoing(op);
    this.#unwatch = watch(options, op, (reason) => this.#abort(reason));
    this.incoming.ondrained = this.#unwatch;
  }

  /** Whether it has a stream from client to server. */
  get upload(): boolean {
    return this.parts.upload !== undefined;
  }

  /** Whether the call has ended, though what it brought may still be unread. */
  get ended(): boolean {
    return this.incoming.outcome !== undefined;
  }

  /** Runs the call on a channel under an id. */
  start(outlet: Outlet, id: number): void {
    this.#running = true;
    outlet.send(FrameType.open, !this.upload, id, this.request);
    this.incoming.start(outlet.window, (bytes) => {
      outlet.send(FrameType.credit, false, id, creditPayload(bytes));
    });
    if (this.upload) {
      this.outgoing.start(
        outlet.peerWindow,
        outlet.maxFrame,
        (type, end, payload) => outlet.send(type, end, id, payload),
      );
    }
  }

  /** Waits for data or an item; gives undefined once the call has a result. */
  receive(): Promise<Inbound | undefined> {
    return this.incoming.receive();
  }

  /** As {@link receive}, but gives undefined once there will be no more. */
  read(): Promise<Inbound | undefined> {
    return this.incoming.receive(true);
  }

  /** Waits for the result; what comes before it is dropped. */
  async result(): Promise<unknown> {
    while ((await this.receive()) !== undefined);
    return this.value;
  }

  /** The result, once {@link receive} has given undefined. */
  get value(): unknown {
    const outcome = this.incoming.outcome;
    return outcome?.type === 'result' ? outcome.value : undefined;
  }

  /** Takes the server's result. */
  resolve(value: unknown): void {
    if (!this.ended) {
      this.outgoing.stop();
      this.incoming.end({ type: 'result', value });
    }
  }

  /** Takes the server's error. */
  reject(error: unknown): void {
    if (!this.ended) {
      this.#end(error);
    }
  }

  /**
   * Takes the news that there will be no answer, and begins anew if it can.
   *
   * @param begun whether something of it may have been done
   */
  lose(loss: Loss, begun = true): void {
    this.#loss = loss;
    if (!this.ended && loss.code !== 'closed' && this.#canRepeat(begun)) {
      this.#repeat();
    } else {
      this.miss(loss.cause);
    }
  }

  /** Takes the news that there is nobody to answer, and why. */
  miss(cause: unknown): void {
    this.lost = true;
    const { op } = this;
    const loss = this.#loss;
    this.reject(
      loss
        ? new SharednodeError(loss.code, loss.message, { op, cause })
        : cause,
    );
  }

  #canRepeat(begun: boolean): boolean {
    const { standing, upload } = this.parts;
    const { read, same, input } = Repeats;
    const { taken } = this.incoming;
    const methods: Method[] = [...same, ...input, ...(taken ? [] : read)];
    return (
      !standing &&
      upload?.again !== false &&
      this.#repeats < MAX_REPEATS &&
      ((!begun && taken === 0) || methods.includes(this.op))
    );
  }

  #repeat(): void {
    const { incoming, parts } = this;
    const { taken } = incoming;
    this.#repeats++;
    this.outgoing.stop();
    this.outgoing = new Outgoing(this.op);
    incoming.restart(parts.rest === undefined);
    if (parts.rest !== undefined) {
      this.request = openPayload(this.op, parts.rest(taken));
    }
    this.onrepeat?.();
    parts.upload?.send(this);
  }

  /** Takes the news that it runs no more, whatever had ended it before. */
  finish(): void {
    this.#running = false;
    this.#onfinish?.();
  }

  /** Gives the call up: its reader gets the error, the server is told. */
  fail(error: unknown): void {
    if (!this.ended) {
      this.incoming.drop();
      this.#end(error);
      this.onabandon?.(error);
    }
  }

  /** Gives the call up, if it has not ended, because its reader has gone. */
  cancel(): void {
    this.#unwatch();
    if (!this.ended) {
      this.fail(new SharednodeError('canceled', 'canceled', { op: this.op }));
    }
  }

  /** Gives the call up, and waits until the server has let go of it too. */
  async release(): Promise<void> {
    this.cancel();
    if (this.#running) {
      await new Promise<void>((resolve) => {
        this.#onfinish = resolve;
      });
    }
  }

  /** Ends the call by its signal or timeout, also if it waits to be read. */
  #abort(reason: unknown): void {
    if (this.ended) {
      this.incoming.drop();
      this.#end(reason);
    } else {
      this.fail(reason);
    }
  }

  #end(error: unknown): void {
    this.outgoing.stop();
    this.incoming.end({ type: 'error', error });
  }
}
