// What the tests' pages have to hand, as globals.
import * as sharednode from '/dist/index.min.js'
import { createRoom } from '/dist/room.js'
import { dialElected } from '/dist/elected.js'
import { connectHub, serveHub } from '/dist/hub.min.js'

const MiB = 1 << 20

// openWindow is the platform's open, which a function below hides.
const openWindow = globalThis.open.bind(globalThis)

// worker is where the node runs in this run of the tests, see doc.go.
const worker = document.documentElement.dataset.worker

// open connects this page to the node.
async function open (options) {
  globalThis.node = await sharednode.connect({ worker, ...options })
  return { peerId: node.peerId, epoch: node.epoch }
}

// random returns bytes that no store can compress, the same for the same seed.
function random (size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4))
  let x = (seed + 1) * 0x9E3779B1 >>> 0 || 1
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

// drain iterates to the end.
async function drain (iterable) {
  for await (const _ of iterable);
}

// check fails unless the file holds the bytes.
async function check (cid, want, options) {
  let at = 0
  for await (const chunk of node.cat(cid, options)) {
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== want[at + i]) throw new Error(`${cid}: byte ${at + i} is wrong`)
    }
    at += chunk.length
  }
  if (at !== want.length) throw new Error(`${cid}: ${at} bytes of ${want.length}`)
}

// stuck is a source that gives so many MiB and then neither goes on nor ends.
async function * stuck (count, seed) {
  for (let i = 0; i < count; i++) yield random(MiB, seed + i)
  await new Promise(() => {})
}

// pins lists what is pinned recursively.
async function pins () {
  return (await collect(node.pin.ls({ type: 'recursive' }))).map(pin => `${pin.cid}`).sort()
}

// verify looks at every block of the repo, and fails if one is bad.
async function verify () {
  const blocks = node.repo.verify()
  const step = await blocks.next()
  if (!step.done) throw new Error(`${step.value.cid} is bad: ${step.value.err}`)
  return step.value.checked
}

// listen subscribes to a topic, and collects the texts of its messages and how
// many were lost.
async function listen (topic, options) {
  const heard = { texts: [], lost: 0 }
  const handler = ({ data }) => heard.texts.push(new TextDecoder().decode(data))
  const onDropped = n => { heard.lost += n }
  await node.pubsub.subscribe(topic, handler, { onDropped, ...options })
  return heard
}

// enter joins a room and notes what happens in it.
async function enter (topic, options) {
  const room = await createRoom(node, topic, options)
  const notes = []
  const name = ({ peer, session }) => `${peer}/${session ?? ''}`
  for (const peer of room.getPeers()) notes.push(`+${peer}`)
  for (const member of room.getMembers()) if (options?.members) notes.push(`+${name(member)}`)
  room.on('subscribed', () => notes.push('subscribed'))
    .on('peer joined', peer => notes.push(`+${peer}`))
    .on('peer left', peer => notes.push(`-${peer}`))
    .on('member joined', member => notes.push(`+${name(member)}`))
    .on('member left', member => notes.push(`-${name(member)}`))
    .on('message', ({ from, session, direct, data }) => notes.push(`${name({ peer: from, session })}${direct ? ' to me' : ''}: ${data}`))
    .on('error', ({ code }) => notes.push(`error ${code}`))
  return { room, notes, me: name(room.me) }
}

// raw opens a port to the node's worker, whose URL it must be told, with no
// client on it.
function raw (url) {
  const { port } = worker === 'dedicated'
    ? dialElected(new URL(url), 'default')
    : new SharedWorker(url, { name: 'sharednode:default', sameSiteCookies: 'none' })
  return framesOf(port)
}

// framesOf speaks frames on a port.
function framesOf (port) {
  const frames = []
  let wake = () => {}
  port.onmessage = ({ data }) => {
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < bytes.length;) {
      const size = view.getUint32(at + 8)
      const text = new TextDecoder('latin1').decode(bytes.subarray(at + 12, at + 12 + size))
      frames.push({ type: view.getUint8(at), call: view.getUint32(at + 4), text })
      at += 12 + size
    }
    wake()
  }
  return {
    frames,
    send: message => port.postMessage(message),
    close: () => port.close(),
    // until waits for a frame of a type, or one that a function tells, and fails after
    // ms without one.
    until: async (type, ms) => {
      const is = typeof type === 'function' ? type : frame => frame.type === type
      const deadline = Date.now() + ms
      for (;;) {
        const found = frames.find(is)
        if (found) return found
        if (Date.now() > deadline) throw new Error(`no frame of type ${type} in ${JSON.stringify(frames)}`)
        await new Promise(resolve => { wake = resolve; setTimeout(resolve, 100) })
      }
    }
  }
}

// frameOf puts a page into a frame, and waits until it has loaded.
async function frameOf (url) {
  const frame = document.createElement('iframe')
  frame.src = url
  const loaded = new Promise(resolve => { frame.onload = resolve })
  document.body.append(frame)
  await loaded
  return frame
}

// joinHub has another origin's hub asked, and keeps what comes of it in joined: a
// code, or nothing with the node in node.
function joinHub (url, options) {
  globalThis.joined = connectHub(url, options).then(node => {
    globalThis.node = node
    return ''
  }, error => { globalThis.failure = `${error.message}`; return error.code ?? String(error) })
}

// button waits for the hub's frame to show itself, and tells where its button is.
async function button () {
  let code
  joined.then(value => { code = value })
  for (;;) {
    if (code !== undefined) throw new Error(`it ended with '${code}' before there was a button: ${globalThis.failure}`)
    const shown = [...document.querySelectorAll('iframe')].find(frame => frame.style.display === 'block')
    if (shown !== undefined) {
      const { right, top, height } = shown.getBoundingClientRect()
      return { x: Math.round(right - 60), y: Math.round(top + height / 2) }
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

Object.assign(globalThis, { framesOf, openWindow, connectHub, serveHub, frameOf, joinHub, button, MiB, sharednode, open, random, collect, drain, check, stuck, pins, verify, listen, enter, raw })
