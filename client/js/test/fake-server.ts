import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { decode } from '../src/cbor/decode.js';
import { encode } from '../src/cbor/encode.js';
import type { Dialed, Route } from '../src/dial.js';
import {
  decodeMessage,
  encodeHeader,
  type Frame,
  FrameType,
  HEADER_SIZE,
} from '../src/protocol/frame.js';
import type { Port } from '../src/protocol/port.js';

/** What a fake server says in its welcome, unless a test says otherwise. */
export const welcome = {
  version: 1,
  server: 'fake/1',
  epoch: 'epoch-1',
  session: 's1',
  lock: '',
  window: 64 * 1024,
  maxFrame: 1024 * 1024,
  maxCalls: 5, // one of them that of the node's events
  maxUploads: 2,
  app: { peerId: '12D3Fake', config: {} },
};

/** One call as the fake server sees it. */
export class FakeCall {
  /** What was received: bytes joined, items as they came. */
  readonly items: unknown[] = [];
  bytes = Buffer.alloc(0);
  ended = false;
  /** For a handler to remember that it has answered. */
  answered = false;
  canceled: { code: string; message: string } | undefined;
  credit = 0;
  #spent = 0;

  constructor(
    readonly server: FakeServer,
    readonly id: number,
    readonly method: string,
    readonly request: unknown,
  ) {}

  /** Frames' bytes received, as credit counts them. */
  get received(): number {
    return this.#spent;
  }

  take(frame: Frame): void {
    const { type, end, payload } = frame;
    if (payload.length > 0) {
      this.#spent += HEADER_SIZE + payload.length;
    }
    this.ended ||= end;
    if (type === FrameType.data) {
      this.bytes = Buffer.concat([this.bytes, payload]);
    } else if (type === FrameType.item) {
      this.items.push(decode(payload));
    }
  }

  item(value: unknown): void {
    this.server.send(FrameType.item, this.id, encode(value));
  }
  data(bytes: Uint8Array): void {
    this.server.send(FrameType.data, this.id, bytes);
  }
  /** Says that no more will come, without a result. */
  end(): void {
    this.server.send(FrameType.data, this.id, new Uint8Array(0), true);
  }
  grant(bytes: number): void {
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, bytes);
    this.server.send(FrameType.credit, this.id, payload);
  }
  result(value: unknown): void {
    this.server.send(FrameType.result, this.id, encode(value));
  }
  error(code: string, details = {}): void {
    const error = { code, message: `fake ${code}`, op: this.method, details };
    this.server.send(FrameType.error, this.id, encode(error));
  }
}

type Handler = (call: FakeCall) => void;

/**
 * A server for tests: it answers the hello, keeps account of what comes, and
 * calls a handler at each frame of a call.
 */
export class FakeServer {
  readonly calls: FakeCall[] = [];
  readonly messages: Frame[][] = [];
  hello: Record<string, unknown> | undefined;
  goodbye: Record<string, unknown> | undefined;
  /** The call with which each client asks for the node's events. */
  events: FakeCall | undefined;
  handler: Handler = () => {};
  answersCancel = true;
  readonly #port: MessagePort;
  readonly #waiting = new Set<() => void>();

  constructor(
    port: MessagePort,
    readonly answer = welcomeWith({}),
    /** Each is another start of the worker, unless its answer says otherwise. */
    readonly epoch = welcome.epoch,
  ) {
    this.#port = port;
    port.on('message', (message: Uint8Array) => this.#receive(message));
    port.unref();
  }

  send(type: FrameType, id: number, payload: Uint8Array, end = false): void {
    const message = new Uint8Array(HEADER_SIZE + payload.length);
    const view = new DataView(message.buffer);
    encodeHeader(view, 0, type, end, id, payload.length);
    message.set(payload, HEADER_SIZE);
    this.#port.postMessage(message);
  }

  /** Waits until something is so, looking again after each message. */
  async until(condition: () => unknown): Promise<void> {
    this.#port.ref();
    while (!condition()) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    this.#port.unref();
  }

  close(): void {
    this.#port.close();
  }

  #receive(message: Uint8Array): void {
    const frames = decodeMessage(message);
    this.messages.push(frames);
    for (const frame of frames) {
      this.#dispatch(frame);
    }
    for (const wake of this.#waiting) {
      this.#waiting.delete(wake);
      wake();
    }
  }

  #dispatch(frame: Frame): void {
    const { type, call: id, payload } = frame;
    if (type === FrameType.hello) {
      this.hello = decode(payload) as Record<string, unknown>;
      this.answer(this);
      return;
    }
    if (type === FrameType.goodbye) {
      this.goodbye = decode(payload) as Record<string, unknown>;
      return;
    }
    if (type === FrameType.open) {
      const end = 1 + (payload[0] ?? 0);
      const method = Buffer.from(payload.subarray(1, end)).toString();
      const request = decode(payload.subarray(end));
      const call = new FakeCall(this, id, method, request);
      call.ended = frame.end;
      if (method === 'events') {
        this.events = call;
        return;
      }
      this.calls.push(call);
      this.handler(call);
      return;
    }
    const call = this.calls.find((c) => c.id === id);
    if (call === undefined) {
      return;
    }
    if (type === FrameType.cancel) {
      call.canceled = decode(payload) as { code: string; message: string };
      if (this.answersCancel) {
        call.error('canceled');
      }
    } else if (type === FrameType.credit) {
      call.credit += Buffer.from(payload).readUInt32BE();
    } else {
      call.take(frame);
    }
    this.handler(call);
  }
}

/** A way to a new fake server each time, and those that were reached. */
export class FakeWorkers implements Route {
  readonly repo = 'fake';
  readonly servers: FakeServer[] = [];
  /** What each server says to a hello; by default, welcome. */
  answer: ((server: FakeServer) => void) | undefined;
  /** The lock that the workers hold as long as they live. */
  lock = '';
  /** Fails the dials to come. */
  fault: Error | undefined;

  readonly dial = (): Dialed => {
    const { port1, port2 } = new MessageChannel();
    const epoch = `epoch-${this.servers.length + 1}`;
    this.servers.push(new FakeServer(port1, this.answer, epoch));
    const failed = new Promise<never>((_, reject) => {
      if (this.fault !== undefined) {
        reject(this.fault);
      }
    });
    failed.catch(() => {});
    return { port: port2 as unknown as Port, lock: this.lock, failed };
  };

  /** Where the worker is said to be; nowhere else than where it was first. */
  place: unknown;

  follow(place: unknown): void {
    this.place = place;
  }

  /** Told when the client goes back to its own worker. */
  onhome = () => {};

  goHome(): boolean {
    this.onhome();
    const away = this.place !== undefined;
    this.place = undefined;
    return away;
  }

  /** Waits until so many were dialed. */
  async reached(count: number): Promise<void> {
    while (this.servers.length < count) {
      await sleep(1);
    }
  }

  /** The server that was reached last. */
  get last(): FakeServer {
    return this.servers.at(-1) as FakeServer;
  }
}

/** Answers a hello with a welcome that says something else. */
export function welcomeWith(fields: object): (server: FakeServer) => void {
  return (server) =>
    server.send(
      FrameType.welcome,
      0,
      encode({ ...welcome, epoch: server.epoch, ...fields }),
    );
}
