// What the tests' pages have to hand, as globals.
import { CID, connect } from '/dist/index.min.js'
import { createRoom } from '/dist/room.js'

// What was told so far: {event, topic, peer, from, data, direct}, data in base64.
const events = []
const tell = event => { events.push(event) }

// open connects this page to the node.
async function open (config) {
  globalThis.node = await connect({ config })
  return node.peerId
}

// random returns bytes that no store can compress, the same for the same seed.
function random (size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4))
  let x = Math.imul(seed + 1, 0x9E3779B1) >>> 0
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5
    words[i] = x
  }
  return new Uint8Array(words.buffer, 0, size)
}

// collect returns all that an iterable gives.
async function collect (iterable) {
  const all = []
  for await (const value of iterable) all.push(value)
  return all
}

// check fails unless the file holds the bytes.
async function check (cid, want) {
  let at = 0
  for await (const chunk of node.cat(cid)) {
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== want[at + i]) throw new Error(`${cid}: byte ${at + i} is wrong`)
    }
    at += chunk.length
  }
  if (at !== want.length) throw new Error(`${cid}: ${at} bytes of ${want.length}`)
}

// readFiles returns the text of all files in a directory by their paths.
async function readFiles (cid, prefix = '', files = {}) {
  for await (const entry of node.ls(cid)) {
    const path = prefix + entry.name
    if (entry.type === 'dir') await readFiles(entry.cid, path + '/', files)
    else files[path] = await new Blob(await collect(node.cat(entry.cid))).text()
  }
  return files
}

const toBase64 = bytes => btoa(Array.from(bytes, b => String.fromCharCode(b)).join(''))
const fromBase64 = text => Uint8Array.from(atob(text), c => c.charCodeAt(0))

// subscribe tells a topic's messages.
const subscribe = topic => node.pubsub.subscribe(topic, ({ from, data }) => {
  tell({ event: 'message', topic, from, data: toBase64(data) })
})

// heard has the texts of the messages of a topic, by the topic.
const heard = {}

// listen keeps the texts of a topic's messages.
const listen = topic => {
  heard[topic] = []
  return node.pubsub.subscribe(topic, ({ data }) => { heard[topic].push(new TextDecoder().decode(data)) })
}

const publish = (topic, text) => node.pubsub.publish(topic, new TextEncoder().encode(text))

// until waits for a condition.
async function until (condition) {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 10))
}

// numbers returns those of texts that are numbers, and fails if one is lost, is
// there twice or is out of order.
function numbers (texts) {
  const found = texts.filter(text => /^[0-9]+$/.test(text)).map(Number)
  found.forEach((n, i) => {
    if (n !== found[0] + i) throw new Error(`${n} after ${found[i - 1]}`)
  })
  return found
}

// visit is what a tab does that opens and closes while messages come: connects,
// listens until it has heard some, and says its name.
async function visit (config, topic, name) {
  await open(config)
  await listen(topic)
  await until(() => numbers(heard[topic]).length >= 3)
  await publish(topic, name)
}

// visitInFrame has a frame, which is a page like any other, make a visit and
// vanish.
async function visitInFrame (config, topic, name) {
  const frame = document.createElement('iframe')
  frame.src = location.href
  const loaded = new Promise(resolve => { frame.onload = resolve })
  document.body.append(frame)
  await loaded
  await frame.contentWindow.visit(config, topic, name)
  numbers(frame.contentWindow.heard[topic])
  frame.remove()
}

const rooms = {}

// join joins a room and tells what happens in it.
async function join (topic) {
  const room = rooms[topic] = await createRoom(node, topic)
  for (const peer of room.getPeers()) tell({ event: 'joined', topic, peer })
  room.on('peer joined', peer => tell({ event: 'joined', topic, peer }))
  room.on('peer left', peer => tell({ event: 'left', topic, peer }))
  room.on('message', ({ from, data, direct }) => {
    tell({ event: 'message', topic, from: String(from), data: toBase64(data), direct })
  })
}

// talk opens a stream, writes, closes for writing, and returns all that comes.
async function talk (peer, protocol, data) {
  const stream = await node.libp2p.dialProtocol(peer, protocol)
  const chunks = collect(stream.source)
  await stream.sink([fromBase64(data)])
  return toBase64(new Uint8Array(await new Blob(await chunks).arrayBuffer()))
}

// echo sends back what comes on a protocol's streams.
const echo = protocol => node.libp2p.handle(protocol, ({ stream }) => stream.sink(stream.source))

// resetAfterByte resets a protocol's streams once something came.
const resetAfterByte = protocol => node.libp2p.handle(protocol, async ({ stream }) => {
  await stream.source.next()
  stream.abort()
})

Object.assign(globalThis, {
  CID, events, open, random, check, readFiles, collect, fromBase64, subscribe, heard, listen, publish,
  until, numbers, visit, visitInFrame, rooms, join, talk, echo, resetAfterByte
})
