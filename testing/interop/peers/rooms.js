// The part that peers with rooms of any version share.

import { emit } from './lines.js'

// rooms returns the operations of rooms of the class Room on libp2p. A message
// was for this peer alone if isDirect says so.
export function rooms(Room, libp2p, isDirect) {
  const joined = new Map()
  return {
    join: ({ topic }) => {
      const room = new Room(libp2p, topic, { pollInterval: 100 })
      joined.set(topic, room)
      room.on('peer joined', peer => emit('joined', { topic, peer: String(peer) }))
      room.on('peer left', peer => emit('left', { topic, peer: String(peer) }))
      room.on('error', error => emit('room-error', { topic, error: String(error) }))
      room.on('message', m => {
        const data = Buffer.from(m.data).toString('base64')
        emit('message', { topic, from: String(m.from), data, direct: isDirect(m) })
      })
    },
    leave: async ({ topic }) => {
      await joined.get(topic).leave()
      joined.delete(topic)
    },
    broadcast: ({ topic, text }) => joined.get(topic).broadcast(text),
    sendTo: ({ topic, peer, text }) => {
      const room = joined.get(topic)
      // 3.x wants the object that it gave out, 2.x had strings alone.
      room.sendTo(room.getPeers().find(p => String(p) === peer) ?? peer, text)
    },
    peers: ({ topic }) => joined.get(topic).getPeers().map(String)
  }
}
