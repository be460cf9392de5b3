import type { RoomNews } from '../api/room.js';

/** A message of a room. */
export interface RoomMessage {
  /** The peer id of who sent it. */
  from: string;
  /** Which of the peer's tabs it was, in a room that tells them apart. */
  session?: string;
  /** What was sent. Its `toString()` gives it as text, as a Buffer's would. */
  data: Uint8Array;
  /** Whether it was sent to this peer or tab alone. */
  direct: boolean;
  topic: string;
  /** 0n of a direct message, whose sender gives none. */
  sequenceNumber: bigint;
  /** The same, under the names of ipfs-pubsub-room's messages. */
  seqno: bigint;
  topicIDs: string[];
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** What a room's listeners get of a message. */
export function toMessage(
  topic: string,
  {
    member: { peer, session },
    data,
    direct,
    sequenceNumber,
  }: RoomNews & { type: 'message' },
): RoomMessage {
  // Code written for ipfs-pubsub-room reads text so.
  Object.defineProperty(data, 'toString', { value: () => utf8.decode(data) });
  return {
    from: peer,
    ...(session !== undefined && { session }),
    data,
    direct,
    topic,
    sequenceNumber,
    seqno: sequenceNumber,
    topicIDs: [topic],
  };
}
