// A peer of js-libp2p: reached by WebSocket, reaching others by TCP and relays,
// with noise, yamux, gossipsub, and protocols that echo and that reset. The
// identity is a new one, or that of the private key which is the argument, in base64.

import './node20.js'

import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

import { emit, serve } from './lines.js'

const key = process.argv[2]
const privateKey = key ? privateKeyFromProtobuf(Buffer.from(key, 'base64')) : await generateKeyPair('Ed25519')

const libp2p = await createLibp2p({
  privateKey,
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/tcp/0'] },
  transports: [webSockets(), tcp(), circuitRelayTransport()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false },
  services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) }
})
const { pubsub } = libp2p.services

pubsub.addEventListener('message', ({ detail }) => {
  emit('message', { topic: detail.topic, from: String(detail.from), data: base64(detail.data) })
})
libp2p.addEventListener('connection:open', ({ detail }) => emit('connection', { peer: String(detail.remotePeer) }))

await libp2p.handle('/echo/1.0.0', async stream => {
  try {
    for await (const chunk of stream) await send(stream, chunk)
    await stream.close()
  } catch (error) {
    emit('echo-ended', { error: String(error) })
  }
}, { runOnLimitedConnection: true })

await libp2p.handle('/reset/1.0.0', async stream => {
  for await (const _ of stream) stream.abort(new Error('after the first chunk'))
})

// send writes a chunk, and waits for room where there is none.
async function send(stream, chunk) {
  if (!stream.send(chunk)) await stream.onDrain()
}

// read returns the whole of what a stream brings.
async function read(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk.subarray())
  return Buffer.concat(chunks)
}

// What is published now and then, by its topic.
const traffic = new Map()

// count publishes "0", "1" and so on, some ms apart, until the traffic is ended.
function count(topic, every) {
  let goesOn = true
  let next = 0
  const run = async () => {
    while (goesOn) {
      await pubsub.publish(topic, Buffer.from(String(next++)))
      await new Promise(resolve => setTimeout(resolve, every))
    }
    return next
  }
  const ended = run()
  traffic.set(topic, () => {
    goesOn = false
    return ended
  })
}

const base64 = bytes => Buffer.from(bytes).toString('base64')

emit('ready', { peer: String(libp2p.peerId), addrs: libp2p.getMultiaddrs().map(String) })
await serve({
  dial: async ({ addr }) => { await libp2p.dial(multiaddr(addr)) },
  subscribe: ({ topic }) => pubsub.subscribe(topic),
  unsubscribe: ({ topic }) => pubsub.unsubscribe(topic),
  publish: async ({ topic, data }) => { await pubsub.publish(topic, Buffer.from(data, 'base64')) },
  // traffic starts to count on a topic, and hush ends it and returns how far it came.
  traffic: ({ topic, every }) => { count(topic, every) },
  hush: ({ topic }) => traffic.get(topic)(),
  key: () => base64(privateKeyToProtobuf(privateKey)),
  // subscribers are those that listen and to whom there is a stream: before that
  // they would not get what is published.
  subscribers: ({ topic }) => pubsub.getSubscribers(topic).map(String).filter(id => pubsub.streamsOutbound.has(id)),
  connections: () => libp2p.getConnections().map(c => ({ peer: String(c.remotePeer), addr: String(c.remoteAddr) })),
  // talk opens a stream to a connected peer, writes, half-closes, and returns
  // all that comes back. It reads from the start: of a stream that the other
  // side has ended already, js-libp2p's iterator gives nothing.
  talk: async ({ peer, protocol, data }) => {
    const [connection] = libp2p.getConnections().filter(c => String(c.remotePeer) === peer)
    const stream = await connection.newStream(protocol, { runOnLimitedConnection: true })
    const back = read(stream)
    await send(stream, Buffer.from(data, 'base64'))
    await stream.close()
    return base64(await back)
  }
})
