import type { RoomNews, RoomPlace, RoomSendOptions } from './api/room.js';
import type { CallOptions } from './deadline.js';
import type { SharednodeError } from './errors.js';
import type { Sharednode } from './node.js';
import type { RoomMember } from './nodeapi.gen.js';
import type { TextLike } from './peers.js';
import { Emitter } from './room/emitter.js';
import { Members } from './room/members.js';
import { type RoomMessage, toMessage } from './room/message.js';
import type { Bytes } from './sources/bytes.js';

export type { RoomMember } from './nodeapi.gen.js';
export type { RoomMessage } from './room/message.js';

/** Options of a room. The signal leaves it, the timeout bounds the joining. */
export interface RoomOptions extends CallOptions {
  /**
   * Tells the tabs of a peer apart, those of one's own node too: each joins,
   * leaves and speaks for itself. Without it all tabs of a node are one peer.
   */
  members?: boolean | undefined;
}

/** The events of a room, and what their listeners get. */
export interface RoomEvents {
  message: [message: RoomMessage];
  'peer joined': [peer: string];
  'peer left': [peer: string];
  /** With `members` alone: a tab of this node's or of another peer came. */
  'member joined': [member: RoomMember];
  'member left': [member: RoomMember];
  /** The room was joined; again with each new worker. */
  subscribed: [];
  /**
   * A message could not be sent, messages were lost, the room could not be
   * joined, or no worker be reached. Without a listener the node's `warning`
   * event tells.
   */
  error: [error: SharednodeError];
}

/**
 * A room: a topic whose peers see each other come and go, and speak to all or
 * to one. It has the API and the events of ipfs-pubsub-room, and shares rooms
 * with it. When the worker is lost, all others leave; they join again as the
 * next one finds them.
 *
 * @example
 * const room = new Room(node, 'a topic');
 * room.on('peer joined', (peer) => room.sendTo(peer, `welcome, ${peer}`));
 * room.on('message', ({ from, data }) => console.log(from, data.toString()));
 */
export class Room extends Emitter<RoomEvents> {
  /** The topic whose room it is. */
  readonly topic: string;

  readonly #node: Sharednode;
  readonly #tellsMembers: boolean;
  readonly #joined: Promise<RoomPlace>;
  #members = new Members();
  #me: RoomMember | undefined;

  /** Joins a topic's room; `subscribed` tells when it is so. */
  constructor(node: Sharednode, topic: string, options: RoomOptions = {}) {
    super();
    this.topic = topic;
    this.#node = node;
    this.#tellsMembers = options.members === true;
    this.#joined = node.room.join(topic, (news) => this.#hear(news), options);
    this.#joined.catch((error: SharednodeError) => this.#fail(error, options));
  }

  /** Resolves once the room is joined, or rejects if it cannot be. */
  get joined(): Promise<void> {
    return this.#joined.then(() => {});
  }

  /** Who this is in the room; undefined until it is joined. */
  get me(): RoomMember | undefined {
    return this.#me;
  }

  /** The ids of the peers in the room, but for this node's own. */
  getPeers(): string[] {
    return this.#members.peers.filter((peer) => peer !== this.#me?.peer);
  }

  /** Whether a peer, other than this node, is in the room. */
  hasPeer(peer: TextLike): boolean {
    return this.getPeers().includes(String(peer));
  }

  /**
   * With `members`, who is in the room, but for oneself: tabs of this node and
   * of others, and, with no session, peers that do not tell theirs apart.
   */
  getMembers(): RoomMember[] {
    return this.#members.all;
  }

  /**
   * Sends text or bytes to all in the room, also to oneself. Resolves once the
   * message was published. A failure is told by the `error` event as well, so
   * that the promise may be ignored.
   */
  broadcast(message: Bytes, options: CallOptions = {}): Promise<void> {
    return this.#send(message, options);
  }

  /**
   * Sends text or bytes to one peer or member. Resolves once the message was
   * handed to the stream to it; a peer that is not connected is waited for, for
   * a while. A failure is told as that of `broadcast`.
   */
  sendTo(
    to: TextLike | RoomMember,
    message: Bytes,
    options: CallOptions = {},
  ): Promise<void> {
    return this.#send(message, { ...options, to });
  }

  /** Leaves the room; no more events come. */
  async leave(): Promise<void> {
    const place = await this.#joined.catch(() => undefined);
    await place?.leave();
  }

  #send(message: Bytes, options: RoomSendOptions): Promise<void> {
    const sent = this.#joined.then((place) => place.send(message, options));
    sent.catch((error: SharednodeError) => this.#fail(error, options));
    return sent;
  }

  #hear(news: RoomNews): void {
    switch (news.type) {
      case 'subscribed':
        this.#me = news.member;
        this.emit('subscribed');
        break;
      case 'message':
        this.emit('message', toMessage(this.topic, news));
        break;
      case 'joined':
        this.#enter(news.member);
        break;
      case 'left':
        this.#exit(news.member);
        break;
      case 'lost':
        this.#members.all.forEach((member) => this.#exit(member));
        break;
      case 'error':
        this.#fail(news.error);
    }
  }

  #enter(member: RoomMember): void {
    const added = this.#members.add(member);
    if (added.peer && member.peer !== this.#me?.peer) {
      this.emit('peer joined', member.peer);
    }
    if (added.member && this.#tellsMembers) {
      this.emit('member joined', member);
    }
  }

  #exit(member: RoomMember): void {
    const removed = this.#members.remove(member);
    if (removed.member && this.#tellsMembers) {
      this.emit('member left', member);
    }
    if (removed.peer && member.peer !== this.#me?.peer) {
      this.emit('peer left', member.peer);
    }
  }

  /** Tells of an error, but for that of having been given up by a signal. */
  #fail(error: SharednodeError, { signal }: CallOptions = {}): void {
    if (!signal?.aborted && !this.emit('error', error)) {
      this.#node.dispatchEvent(new CustomEvent('warning', { detail: error }));
    }
  }
}

/** Joins a room, and gives it once it is joined. */
export async function createRoom(
  node: Sharednode,
  topic: string,
  options: RoomOptions = {},
): Promise<Room> {
  const room = new Room(node, topic, options);
  await room.joined;
  return room;
}

export default Room;
