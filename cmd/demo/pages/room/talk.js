import { Room } from '../sharednode/room.js';

/** The topic of a room. Other applications have others. */
export function topicOf(room) {
  return `sharednode-demo/${room}`;
}

/**
 * Enters a room, in which each tab is a member of its own.
 *
 * @typedef {{peer: string, session?: string}} Member
 *
 * @param {import('../sharednode/index.js').Sharednode} node
 * @param {string} topic
 * @param {object} on
 * @param {(me: Member) => void} on.ready each time the room is entered: at
 *   first, and after the node was started again
 * @param {(member: Member) => void} on.joined
 * @param {(member: Member) => void} on.left
 * @param {(member: Member, data: Uint8Array, direct: boolean) => void} on.message
 * @param {(count: number) => void} on.dropped for messages that came faster
 *   than this tab took them
 */
export function enter(node, topic, on) {
  const room = new Room(node, topic, { members: true });
  room.on('subscribed', () => on.ready(room.me));
  room.on('member joined', on.joined);
  room.on('member left', on.left);
  room.on('message', ({ from, session, data, direct }) =>
    on.message({ peer: from, session }, data, direct),
  );
  room.on('error', ({ code, details }) => {
    if (code === 'messages-dropped') {
      on.dropped(details.dropped);
    } // what else there is was told to who sent or joined
  });
  return room;
}
