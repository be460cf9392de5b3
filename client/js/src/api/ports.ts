import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import { messageOf } from '../errors.js';
import type { Link } from '../link.js';
import {
  type Grants,
  Methods,
  type PortRequest,
  type PortSecret,
} from '../nodeapi.gen.js';
import { bool, text } from '../options.js';
import type { Answer, Ask } from '../port-route.js';
import { BIND_SIZE, encodeHeader, FrameType } from '../protocol/frame.js';
import { HEADER_SIZE } from '../protocol/frame.js';
import type { Port } from '../protocol/port.js';
import { readGrants } from './grants.js';

/** How long, in ms, a secret is kept for the first to ask. */
const SECRET_TIME = 50_000;

/** How long, in ms, one waits who asks again at once. */
const PAUSE = 250;

/** Options of `createPort`. */
export interface PortOptions extends CallOptions {
  /**
   * Of whom the receiver is: `https://example.com`. What it keeps is accounted to
   * that origin, and apart from the node's own. Without one the receiver shares
   * the node's own pins and files.
   */
  origin?: string | undefined;
  /**
   * What the receiver may do; nothing that is not named. Without them it may do
   * what is kept for `origin`, also after that has changed.
   */
  grants?: Grants | undefined;
  /** Lets what the receiver does go on when this client or its page ends. */
  detached?: boolean | undefined;
}

/** A port to be handed on. */
export interface GivenPort {
  /** What `connect({ port })` takes, wherever it is transferred to. */
  readonly port: MessagePort;
  /** Ends what the receiver does, at once, and gives it nothing more. */
  revoke(): Promise<void>;
}

/** Makes a port for somebody else. */
export async function createPort(
  core: Core,
  options: PortOptions,
): Promise<GivenPort> {
  const op = Methods.PortsCreate;
  const { grants } = options;
  const request: PortRequest = {
    ...core.pick<Pick<PortRequest, 'origin' | 'detached'>>(op, options, {
      origin: text,
      detached: bool,
    }),
    ...(grants && { grants: readGrants(core, op, grants) }),
  };
  const giver = new Giver(core, request);
  await giver.prepare(options);
  return { port: giver.port, revoke: () => giver.revoke() };
}

/**
 * This page's side of a port that was given away. It leads it to a worker each
 * time it is asked to, and says when the worker has gone, which the receiver
 * cannot see by its lock: that may be another origin's. Of what it was asked
 * for it has one port at a time.
 */
class Giver {
  readonly port: MessagePort;

  readonly #own: MessagePort;
  readonly #core: Core;
  readonly #link: Link;
  readonly #request: PortRequest;
  readonly #ended = new AbortController();
  /** What the next port is bound with, if it is there already. */
  #ready:
    (PortSecret & { epoch: string | undefined; until: number }) | undefined;
  /** The port that the receiver has, and of which start of the worker. */
  #given: { port: string; epoch: string | undefined } | undefined;
  #asked: number | undefined;
  #answering = false;

  constructor(core: Core, request: PortRequest) {
    this.#core = core;
    this.#link = core.link;
    this.#request = request;
    const { port1, port2 } = new MessageChannel();
    this.#own = port1;
    this.port = port2;
    port1.onmessage = ({ data }) => {
      const { type, id } = Object(data) as Ask;
      if (type === 'dial' && Number.isSafeInteger(id)) {
        this.#asked = id; // who asks again wants no other answer
        void this.#answer();
      }
    };
  }

  /** Makes sure that there can be such a port. */
  async prepare(options: CallOptions): Promise<void> {
    await this.#prepare(options);
    this.#link.keep(this);
  }

  async revoke(): Promise<void> {
    this.#end({
      type: 'refused',
      code: 'grants-revoked',
      message: 'the port was taken back',
    });
    await this.#revokeGiven();
  }

  /** @inheritdoc */
  start(): void {
    const { epoch } = this.#link;
    if (this.#given !== undefined && this.#given.epoch !== epoch) {
      this.#given = undefined;
      this.#say({ type: 'gone' });
    }
  }

  /** @inheritdoc */
  miss(): void {}

  /** @inheritdoc */
  close(): void {
    const message = 'who gave the port has closed its client';
    this.#end({ type: 'refused', code: 'disconnected', message });
  }

  async #prepare(options: CallOptions): Promise<void> {
    const link = this.#link;
    const secret = await link.ask<PortSecret>(
      Methods.PortsCreate,
      this.#request,
      options,
    );
    const until = Date.now() + SECRET_TIME;
    this.#ready = { ...secret, epoch: link.epoch, until };
  }

  async #answer(): Promise<void> {
    if (this.#answering) {
      return;
    }
    this.#answering = true;
    while (this.#asked !== undefined && !this.#ended.signal.aborted) {
      const id = this.#asked;
      this.#asked = undefined;
      try {
        const port = await this.#dial();
        if (this.#ended.signal.aborted) {
          port.close();
          break;
        }
        const { storage = 'first-party' } = this.#link.route;
        this.#say({ type: 'port', id, storage }, [port]);
      } catch (error) {
        this.#refuse(id, error);
      }
      // A receiver that does nothing but ask is not to keep the page busy.
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    this.#answering = false;
  }

  /** Gives a port to the worker that is bound already. */
  async #dial(): Promise<MessagePort> {
    await this.#revokeGiven();
    const ready = this.#ready;
    if (
      ready === undefined ||
      ready.epoch !== this.#link.epoch ||
      ready.until < Date.now()
    ) {
      await this.#prepare({ signal: this.#ended.signal });
    }
    const { port: name, secret, epoch } = this.#ready!;
    this.#ready = undefined;
    const { port } = await this.#link.route.dial(this.#ended.signal);
    const frame = new Uint8Array(HEADER_SIZE + BIND_SIZE);
    const view = new DataView(frame.buffer);
    encodeHeader(view, 0, FrameType.bind, false, 0, BIND_SIZE);
    frame.set(secret, HEADER_SIZE);
    port.postMessage(frame, [frame.buffer]);
    this.#given = { port: name, epoch };
    return transferable(port);
  }

  async #revokeGiven(): Promise<void> {
    const given = this.#given;
    this.#given = undefined;
    if (given !== undefined && given.epoch === this.#link.epoch) {
      const { port } = given;
      await this.#link.ask(Methods.PortsRevoke, { port }, {});
    }
  }

  #refuse(id: number, error: unknown): void {
    const { SharednodeError } = this.#core;
    const known = error instanceof SharednodeError;
    const { code, details } = known
      ? error
      : { code: 'disconnected' as const, details: {} };
    const message = messageOf(error);
    this.#say({ type: 'refused', id, code, message, details });
  }

  #end(last: Answer): void {
    if (!this.#ended.signal.aborted) {
      this.#ended.abort();
      this.#link.forget(this);
      this.#say(last);
      this.#own.close();
    }
  }

  #say(answer: Answer, transfer: MessagePort[] = []): void {
    this.#own.postMessage(answer, transfer);
  }
}

/** Makes a port that can be handed on of one that may be this page's alone. */
function transferable(port: Port): MessagePort {
  if (port instanceof MessagePort) {
    return port;
  }
  const { port1, port2 } = new MessageChannel();
  port.onmessage = ({ data }) => port1.postMessage(data);
  port1.onmessage = ({ data }) => port.postMessage(data, []);
  return port2;
}
