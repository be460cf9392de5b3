// The yamux of later years for js-libp2p of earlier ones, which had mplex alone:
// what they hold in common with the peers of today.

import { yamux } from 'old-yamux'

export const multicodec = '/yamux/1.0.0'

// useYamux has an upgrader make the muxer of each connection by muxerOf, which
// is given the connection's direction: yamux has to know which side opened the
// connection, and a muxer of that time was not told.
export function useYamux(upgrader, muxerOf) {
  const create = upgrader._createConnection
  upgrader._createConnection = options => create.call(upgrader, { ...options, ...muxerOf(options.direction) })
}

// createMuxer makes a muxer. Chunks go to the libp2p as toOurs makes them.
export function createMuxer({ direction, onIncomingStream, onStreamEnd }, toOurs) {
  const streams = new Map()
  const ours = stream => {
    if (!streams.has(stream.id)) streams.set(stream.id, adapt(stream, toOurs))
    return streams.get(stream.id)
  }
  const muxer = yamux()().createStreamMuxer({
    direction,
    onIncomingStream: stream => onIncomingStream(ours(stream)),
    onStreamEnd: stream => {
      onStreamEnd(ours(stream))
      streams.delete(stream.id)
    }
  })
  return {
    protocol: multicodec,
    newStream: name => ours(muxer.newStream(name)),
    get streams() {
      return muxer.streams.map(ours)
    },
    sink: source => muxer.sink(map(source, toBytes)),
    source: map(muxer.source, chunk => toOurs(chunk.subarray()))
  }
}

function adapt(stream, toOurs) {
  return {
    id: stream.id,
    timeline: stream.stat.timeline,
    sink: source => stream.sink(map(source, toBytes)),
    source: map(stream.source, chunk => toOurs(chunk.subarray())),
    close: () => stream.close(),
    abort: error => stream.abort(error),
    reset: () => stream.reset()
  }
}

// toBytes is for the lists of chunks of all the years.
function toBytes(chunk) {
  return chunk instanceof Uint8Array ? chunk : chunk.slice()
}

async function* map(source, f) {
  for await (const chunk of source) yield f(chunk)
}
