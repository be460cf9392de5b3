// A peer with rooms of ipfs-pubsub-room 3.x, over the js-libp2p of its time.

import './node20.js'

import Room from 'room3'
import { GossipSub } from 'room3-gossipsub'
import { createLibp2p } from 'room3-libp2p'
import { Noise } from 'room3-noise'
import { WebSockets } from 'room3-websockets'

import { emit, serve } from './lines.js'
import { rooms } from './rooms.js'
import { createMuxer, multicodec, useYamux } from './yamux.js'

const muxerOf = direction => ({
  muxerFactory: {
    protocol: multicodec,
    createStreamMuxer: (_, init) => createMuxer({ ...init, direction }, bytes => bytes)
  }
})

const libp2p = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
  transports: [new WebSockets()],
  connectionEncryption: [new Noise()],
  streamMuxers: [muxerOf().muxerFactory],
  connectionManager: { autoDial: false },
  relay: { enabled: false },
  pubsub: new GossipSub({ allowPublishToZeroPeers: true })
})
useYamux(libp2p.components.getUpgrader(), muxerOf)
await libp2p.start()

emit('ready', { peer: String(libp2p.peerId), addrs: libp2p.getMultiaddrs().map(String) })
await serve({
  dial: async ({ addr }) => { await libp2p.dial(addr) },
  connections: () => libp2p.getConnections().map(c => ({ peer: String(c.remotePeer) })),
  ...rooms(Room, libp2p, message => !('sequenceNumber' in message))
})
