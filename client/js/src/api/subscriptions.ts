import type { CallOptions } from '../deadline.js';
import { SharednodeError } from '../errors.js';
import type { Link } from '../link.js';
import {
  Methods,
  type PubSubEvent,
  type PubSubMessage,
  type SubscribeRequest,
} from '../nodeapi.gen.js';
import { count, describe, func, invalidOption, pick } from '../options.js';
import type { Call } from '../protocol/call.js';
import { callOut, report } from '../report.js';
import { Standing, type StandingEvents } from '../standing.js';
import { itemsOf, take } from './stream.js';

/** A message of a topic. The node takes no other than signed ones. */
export interface SignedMessage {
  type: 'signed';
  /** The peer id of who published it. */
  from: string;
  /** The topic. */
  topic: string;
  /** What was published. */
  data: Uint8Array;
  /** Rises with each message of a peer. */
  sequenceNumber: bigint;
  /** Of the message, by that key. */
  signature: Uint8Array;
  /** The public key of `from`, protobuf. */
  key: Uint8Array;
}

/** What a topic's messages are given to. */
export type MessageHandler =
  | ((message: SignedMessage) => unknown)
  | { handleEvent(message: SignedMessage): unknown };

/** Options of `pubsub.subscribe`. The signal ends the subscription. */
export interface SubscribeOptions extends CallOptions {
  /**
   * Told what the handler throws, and, once, that no worker can be reached,
   * which is tried again; `fatal` says that the subscription has ended. Without
   * it the first goes to `reportError`, and all else to the `warning` event.
   */
  onError?: ((error: Error, fatal: boolean) => void) | undefined;
  /**
   * Told how many messages were lost because this tab did not take them in
   * time. Without it a `warning` event tells, with code `messages-dropped`.
   */
  onDropped?: ((count: number) => void) | undefined;
  /**
   * How many messages the node keeps for a tab that does not take them, 4096 at
   * most; 256 unless set. More are lost, the oldest first.
   */
  queue?: number | undefined;
}

/** The subscriptions of one client, each a call of its own. */
export class Subscriptions {
  readonly #link: Link;
  readonly #topics = new Map<string, Map<MessageHandler, Standing>>();

  constructor(link: Link) {
    this.#link = link;
  }

  async add(
    topic: string,
    handler: MessageHandler,
    options: SubscribeOptions,
  ): Promise<void> {
    const op = Methods.PubSubSubscribe;
    const request: SubscribeRequest = {
      ...pick<Omit<SubscribeRequest, 'topic'>>(op, options, { queue: count }),
      topic: toTopic(topic, op),
    };
    const events = eventsOf(this.#link, topic, handler, options);
    if (this.#topics.get(topic)?.has(handler)) {
      throw new SharednodeError(
        'already-subscribed',
        'the handler is subscribed to the topic',
        { op, details: { topic } },
      );
    }
    const standing = new Standing(this.#link, op, request, {
      ...events,
      onend: () => this.#forget(topic, handler),
    });
    const handlers = this.#topics.get(topic) ?? new Map();
    this.#topics.set(topic, handlers.set(handler, standing));
    await standing.open(options);
  }

  async remove(topic: string, handler?: MessageHandler | null): Promise<void> {
    const handlers = this.#topics.get(topic);
    const ended = handler
      ? [handlers?.get(handler)]
      : [...(handlers?.values() ?? [])];
    await Promise.all(ended.map((standing) => standing?.stop()));
  }

  #forget(topic: string, handler: MessageHandler): void {
    const handlers = this.#topics.get(topic);
    handlers?.delete(handler);
    if (handlers?.size === 0) {
      this.#topics.delete(topic);
    }
  }
}

/** What is to be done with what one subscription brings. */
function eventsOf(
  link: Link,
  topic: string,
  handler: MessageHandler,
  options: SubscribeOptions,
): StandingEvents {
  const op = Methods.PubSubSubscribe;
  const { onError, onDropped } = pick<
    Pick<SubscribeOptions, 'onError' | 'onDropped'>
  >(op, options, { onError: func, onDropped: func });
  const handle =
    typeof handler === 'function'
      ? handler
      : handler?.handleEvent?.bind(handler);
  if (!func(handle)) {
    throw invalidOption(op, 'handler', handler);
  }
  const failed = (error: unknown, fatal: boolean) =>
    onError === undefined
      ? link.warn(error)
      : callOut(() => onError(error as Error, fatal));
  const threw = (error: unknown) =>
    onError === undefined ? report(error) : failed(error, false);
  const dropped =
    onDropped ?? ((n) => link.warn(messagesDropped(op, topic, n)));
  return {
    async read(call, stands) {
      for await (const event of itemsOf<PubSubEvent>(call)) {
        stands();
        if (event.dropped) {
          callOut(() => dropped(Number(event.dropped)), threw);
        }
        if (event.message !== undefined) {
          const message = await signedMessage(call, event.message);
          callOut(() => handle(message), threw);
        }
      }
    },
    onerror: failed,
  };
}

async function signedMessage(
  call: Call,
  { size, sequenceNumber, ...fields }: PubSubMessage,
): Promise<SignedMessage> {
  return {
    type: 'signed',
    ...fields,
    sequenceNumber: BigInt(sequenceNumber),
    data: await take(call, size),
  };
}

/** The warning of messages that nobody took in time. */
export function messagesDropped(
  op: string,
  topic: string,
  dropped: number,
): SharednodeError {
  return new SharednodeError(
    'messages-dropped',
    `${dropped} messages of ${describe(topic)} were not taken in time`,
    { op, details: { topic, dropped } },
  );
}

/** Reads a topic. Which ones there can be the node says. */
export function toTopic(topic: unknown, op: string): string {
  if (typeof topic !== 'string') {
    throw new SharednodeError(
      'invalid-topic',
      `${describe(topic)} is no topic`,
      {
        op,
        details: { value: topic },
      },
    );
  }
  return topic;
}
