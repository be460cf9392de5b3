// A peer with rooms of ipfs-pubsub-room 2.x, over the js-libp2p of its time.

import Room from 'room2'
import Gossipsub from 'room2-gossipsub'
import Libp2p from 'room2-libp2p'
import noise from 'room2-noise'
import PeerId from 'room2-peer-id'
import PeerInfo from 'room2-peer-info'
import WebSockets from 'room2-websockets'

import { emit, serve } from './lines.js'
import { rooms } from './rooms.js'
import { createMuxer, multicodec, useYamux } from './yamux.js'

const peerInfo = await PeerInfo.create(await PeerId.create({ keyType: 'rsa', bits: 2048 }))
peerInfo.multiaddrs.add('/ip4/127.0.0.1/tcp/0/ws')

const muxerOf = direction => {
  const Muxer = function ({ onStream, onStreamEnd }) {
    return createMuxer({ direction, onIncomingStream: onStream, onStreamEnd }, bytes => Buffer.from(bytes))
  }
  return { Muxer: Object.assign(Muxer, { multicodec }) }
}

const libp2p = await Libp2p.create({
  peerInfo,
  modules: { transport: [WebSockets], connEncryption: [noise.NOISE], streamMuxer: [muxerOf().Muxer], pubsub: Gossipsub },
  config: { relay: { enabled: false }, peerDiscovery: { autoDial: false }, pubsub: { enabled: true } }
})

useYamux(libp2p.upgrader, muxerOf)
await libp2p.start()

const peer = peerInfo.id.toB58String()
emit('ready', { peer, addrs: libp2p.transportManager.getAddrs().map(addr => `${addr}/p2p/${peer}`) })
await serve({
  dial: async ({ addr }) => { await libp2p.dial(addr) },
  connections: () => [...libp2p.connections.keys()].map(peer => ({ peer })),
  ...rooms(Room, libp2p, message => 'topicCIDs' in message)
})
