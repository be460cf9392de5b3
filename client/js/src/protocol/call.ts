import { type CallOptions, watch } from '../deadline.js';
import { type ErrorCode, SharednodeError } from '../errors.js';
import { FrameType } from './frame.js';
import { type Inbound, Incoming } from './incoming.js';
import { Outgoing } from './outgoing.js';
import { creditPayload } from './payload.js';

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

/**
 * One call, from the moment it is asked for: it may wait for a channel, run on
 * one, and end, once, by the server's answer, by the client giving it up, or by
 * the loss of the channel.
 */
export class Call {
  readonly op: string;
  /** The payload of the frame that opens it. */
  readonly request: Uint8Array;
  /** Whether it has a stream from client to server. */
  readonly upload: boolean;
  readonly incoming = new Incoming();
  readonly outgoing: Outgoing;
  /** Set by who holds the call: told when the client gives it up. */
  onabandon: ((error: unknown) => void) | undefined;
  /** Whether it ended for want of a worker, rather than by an answer. */
  lost = false;

  #unwatch: () => void = () => {};
  #running = false;
  #onfinish: (() => void) | undefined;

  constructor(
    op: string,
    request: Uint8Array,
    upload: boolean,
    options: CallOptions,
  ) {
    this.op = op;
    this.request = request;
    this.upload = upload;
    this.outgoing = new Outgoing(op);
    this.#unwatch = watch(options, op, (reason) => this.#abort(reason));
    this.incoming.ondrained = this.#unwatch;
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

  /** Takes the news that there will be no answer. */
  lose({ code, message, cause }: Loss): void {
    this.miss(new SharednodeError(code, message, { op: this.op, cause }));
  }

  /** Takes the news that there is nobody to answer, and why. */
  miss(error: unknown): void {
    this.lost = true;
    this.reject(error);
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
