import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import type { SharednodeError } from '../errors.js';
import {
  Methods,
  type RoomEvent,
  type RoomMember,
  type RoomRequest,
} from '../nodeapi.gen.js';
import { bool, func } from '../options.js';
import type { TextLike } from '../peers.js';
import type { Call } from '../protocol/call.js';
import { callOut } from '../report.js';
import type { Bytes } from '../sources/bytes.js';
import type { Standing } from '../standing.js';

/** One thing that happens in a room. */
export type RoomNews =
  /** The room was joined, first or with another worker, as this member. */
  | { type: 'subscribed'; member: RoomMember }
  | { type: 'joined'; member: RoomMember }
  | { type: 'left'; member: RoomMember }
  | {
      type: 'message';
      member: RoomMember;
      /** Whether it was sent to this member alone. */
      direct: boolean;
      /** 0n where the sender gave none. */
      sequenceNumber: bigint;
      data: Uint8Array;
    }
  /** The worker was lost, and with it the sight of all who are in the room. */
  | { type: 'lost' }
  /**
   * What was not asked for by a send went wrong: `messages-dropped`, or why no
   * worker can be reached; `fatal` says that the room was left by it.
   */
  | { type: 'error'; error: SharednodeError; fatal: boolean };

/** Options of `room.join`. The signal leaves the room. */
export interface JoinOptions extends CallOptions {
  /** Tells the tabs of a peer apart; a room in which some do and some do not
   * has members of both kinds. */
  members?: boolean | undefined;
}

/** Options of a room's `send`. */
export interface RoomSendOptions extends CallOptions {
  /** To whom alone: a peer, or one of its tabs. */
  to?: TextLike | RoomMember | undefined;
}

/** A place in a room. */
export interface RoomPlace {
  /**
   * Sends to all in the room, or to one. Resolves once the message was
   * published, or handed to the recipient's stream. While there is no worker
   * it waits for the next.
   */
  send(data: Bytes, options?: RoomSendOptions): Promise<void>;
  /** Leaves the room. */
  leave(): Promise<void>;
}

/** Rooms, on which `sharednode/room` has its events. */
export interface RoomAPI {
  /**
   * Joins a topic's room, again with each new worker.
   *
   * @throws `invalid-topic`, `topic-not-allowed`, `too-many-topics`, `offline`
   */
  join(
    topic: string,
    onnews: (news: RoomNews) => void,
    options?: JoinOptions,
  ): Promise<RoomPlace>;
}

/** The calls on rooms. */
export function roomAPI(core: Core): RoomAPI {
  const { invalidOption, pick, toTopic } = core;
  return {
    join: async (topic, onnews, options = {}) => {
      const op = Methods.RoomJoin;
      const request: RoomRequest = {
        ...pick<Omit<RoomRequest, 'topic'>>(op, options, { members: bool }),
        topic: toTopic(topic, op),
      };
      if (!func(onnews)) {
        throw invalidOption(op, 'onnews', onnews);
      }
      const place = new Place(core, request, (news) =>
        callOut(() => onnews(news)),
      );
      await place.join(options);
      return {
        send: (data, sendOptions = {}) => place.send(data, sendOptions),
        leave: () => place.leave(),
      };
    },
  };
}

/** A room's number, for as long as it has it. */
interface Numbered {
  readonly number: Promise<number | bigint>;
  resolve(number: number | bigint): void;
  reject(error: unknown): void;
}

class Place {
  readonly #core: Core;
  readonly #standing: Standing;
  #room = numbered();
  /** What is being sent under that number. */
  readonly #sends = new Set<Call>();

  constructor(
    core: Core,
    request: RoomRequest,
    onnews: (news: RoomNews) => void,
  ) {
    this.#core = core;
    this.#standing = new core.Standing(core.link, Methods.RoomJoin, request, {
      read: (call, stands) => this.#read(call, stands, request.topic, onnews),
      onloss: () => {
        // What has not been sent yet must not be, under a number that the next
        // worker may have given to another room.
        this.#room = numbered();
        this.#sends.forEach((call) => call.fail(moved));
        onnews({ type: 'lost' });
      },
      onerror: (error, fatal) =>
        onnews({ type: 'error', error: error as SharednodeError, fatal }),
      onend: (error) => {
        const left = asLeft(core, error);
        this.#room.reject(left); // to those who wait for a number
        this.#room = numbered();
        this.#room.reject(left); // to those to come
      },
    });
  }

  join(options: CallOptions): Promise<void> {
    return this.#standing.open(options);
  }

  leave(): Promise<void> {
    return this.#standing.stop();
  }

  async send(data: Bytes, { to, ...options }: RoomSendOptions): Promise<void> {
    const op = Methods.RoomSend;
    const { bounded, invalidSource, isBytes, toBytes } = this.#core;
    if (!isBytes(data)) {
      throw invalidSource(data, op);
    }
    const bytes = toBytes(data, op);
    const member = to === undefined ? {} : { to: toMember(this.#core, to, op) };
    const { signal, release } = bounded(options, op);
    try {
      while (!(await this.#sendOnce(member, bytes, signal)));
    } finally {
      release();
    }
  }

  /** Sends, unless the room gets another number before that. */
  async #sendOnce(
    member: { to?: RoomMember },
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<boolean> {
    const room = await unlessAborted(this.#room.number, signal);
    const request = { ...member, room };
    const upload = this.#core.bytesUpload(bytes);
    const call = this.#core.link.call(
      Methods.RoomSend,
      request,
      { signal },
      { upload },
    );
    this.#sends.add(call);
    try {
      await call.result();
      return true;
    } catch (error) {
      if (error === moved) {
        return false;
      }
      throw error;
    } finally {
      this.#sends.delete(call);
    }
  }

  async #read(
    call: Call,
    stands: () => void,
    topic: string,
    onnews: (news: RoomNews) => void,
  ): Promise<void> {
    const { itemsOf, messagesDropped, take } = this.#core;
    for await (const event of itemsOf<RoomEvent>(call)) {
      const { type, member, dropped } = event;
      if (dropped) {
        const error = messagesDropped(call.op, topic, Number(dropped));
        onnews({ type: 'error', error, fatal: false });
      }
      if (type === 'message') {
        onnews({
          type,
          member,
          direct: event.direct ?? false,
          sequenceNumber: BigInt(event.sequenceNumber ?? 0),
          data: await take(call, event.size ?? 0),
        });
      } else if (type === 'subscribed') {
        this.#room.resolve(event.room ?? 0);
        stands();
        onnews({ type, member });
      } else if (type === 'joined' || type === 'left') {
        onnews({ type, member });
      }
    }
  }
}

/** Ends a send that is to be made again. */
const moved = new Error('the room was lost');

/** Why nothing can be sent any more to a room that has ended. */
function asLeft({ SharednodeError }: Core, error: unknown): SharednodeError {
  return error instanceof SharednodeError && error.code !== 'canceled'
    ? error
    : new SharednodeError('not-in-room', 'the room was left', {
        op: Methods.RoomSend,
      });
}

function numbered(): Numbered {
  let settle: Omit<Numbered, 'number'> | undefined;
  const number = new Promise<number | bigint>((resolve, reject) => {
    settle = { resolve, reject };
  });
  number.catch(() => {}); // there may be nothing to send
  return { number, ...(settle as Omit<Numbered, 'number'>) };
}

function unlessAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onabort = () => reject(signal.reason);
    if (signal.aborted) {
      onabort();
    }
    signal.addEventListener('abort', onabort, { once: true });
    wanted
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onabort));
  });
}

function toMember(
  { toPeer }: Core,
  to: TextLike | RoomMember,
  op: string,
): RoomMember {
  const { peer, session } = to as RoomMember;
  return {
    peer: toPeer(peer ?? to, op),
    ...(session !== undefined && { session }),
  };
}
