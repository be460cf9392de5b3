import type { CallOptions } from '../deadline.js';
import type { Link } from '../link.js';
import { Methods, type PeerList, type TopicList } from '../nodeapi.gen.js';
import { type Bytes, isBytes, toBytes } from '../sources/bytes.js';
import { invalidSource } from '../sources/content.js';
import { bytesUpload } from '../upload.js';
import {
  type MessageHandler,
  type SubscribeOptions,
  Subscriptions,
  toTopic,
} from './subscriptions.js';

/** Topics. */
export interface PubSubAPI {
  /**
   * Gives a topic's messages to a handler, this node's own among them. Resolves
   * once the node listens. With each new worker it is subscribed anew; what was
   * published meanwhile is lost, which the `reconnect` event tells.
   *
   * @throws `already-subscribed`, `invalid-topic`, `topic-not-allowed`,
   * `too-many-topics`, `offline`
   */
  subscribe(
    topic: string,
    handler: MessageHandler,
    options?: SubscribeOptions,
  ): Promise<void>;
  /** Ends a handler's subscription, or without one all that this client has. */
  unsubscribe(
    topic: string,
    handler?: MessageHandler | null,
    options?: CallOptions,
  ): Promise<void>;
  /**
   * Publishes a message to all who listen to a topic: peers, and the tabs of
   * this node.
   *
   * @throws `invalid-topic`, `topic-not-allowed`, `message-too-large`,
   * `message-rejected`, `offline`
   */
  publish(topic: string, data: Bytes, options?: CallOptions): Promise<void>;
  /**
   * The topics that the node listens to, for whichever tab.
   *
   * @throws `offline`
   */
  ls(options?: CallOptions): Promise<string[]>;
  /**
   * The ids of the peers that listen to a topic.
   *
   * @throws `invalid-topic`, `offline`
   */
  peers(topic: string, options?: CallOptions): Promise<string[]>;
}

/** The calls on topics. */
export function pubsubAPI(link: Link): PubSubAPI {
  const subscriptions = new Subscriptions(link);
  return {
    subscribe: (topic, handler, options = {}) =>
      subscriptions.add(topic, handler, options),
    unsubscribe: (topic, handler) => subscriptions.remove(topic, handler),
    publish: (topic, data, options = {}) => publish(link, topic, data, options),
    ls: (options = {}) => ls(link, options),
    peers: (topic, options = {}) => peers(link, topic, options),
  };
}

async function publish(
  link: Link,
  topic: string,
  data: Bytes,
  options: CallOptions,
): Promise<void> {
  const op = Methods.PubSubPublish;
  if (!isBytes(data)) {
    throw invalidSource(data, op);
  }
  const bytes = toBytes(data, op);
  const request = { topic: toTopic(topic, op) };
  await link.ask(op, request, options, bytesUpload(bytes));
}

async function ls(link: Link, options: CallOptions): Promise<string[]> {
  return (await link.ask<TopicList>(Methods.PubSubList, null, options)).topics;
}

async function peers(
  link: Link,
  topic: string,
  options: CallOptions,
): Promise<string[]> {
  const op = Methods.PubSubPeers;
  const request = { topic: toTopic(topic, op) };
  return (await link.ask<PeerList>(op, request, options)).peers;
}
