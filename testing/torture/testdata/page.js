// A page of the load: does what the driver asks, and tells how it ended.
import * as sharednode from '/dist/index.min.js'

const query = new URLSearchParams(location.search)
const options = JSON.parse(query.get('options') ?? '{}')
const topic = 'torture'

const driver = new WebSocket(`ws://${location.host}/driver?tab=${query.get('tab')}`)
const tell = message => driver.send(JSON.stringify(message))
await new Promise(resolve => { driver.onopen = resolve })
// Pages that are put aside keep the connection, in some engines.
addEventListener('pagehide', () => driver.close())
driver.onmessage = async ({ data }) => {
  const task = JSON.parse(data)
  if (task.do === 'ping') return tell({ pong: task.id })
  try {
    tell({ done: task.id, outcome: await actions[task.do](task) ?? {} })
  } catch (e) {
    tell({ done: task.id, outcome: { code: e.code ?? e.name ?? 'thrown', message: String(e.message ?? e) } })
  }
}

// random returns bytes that no store can compress, the same for the same seed.
function random (size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4))
  let x = Math.imul(seed + 1, 0x9E3779B1) >>> 0 || 1
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5
    words[i] = x
  }
  return new Uint8Array(words.buffer, 0, size)
}

// cut returns the pieces of some bytes.
function cut (bytes) {
  const pieces = []
  for (let at = 0; at < bytes.length; at += 50_000) pieces.push(bytes.slice(at, at + 50_000))
  return pieces
}

const sources = {
  bytes: bytes => bytes,
  blob: bytes => new Blob([bytes]),
  pieces: bytes => cut(bytes),
  stream: bytes => new ReadableStream({
    start (controller) {
      for (const piece of cut(bytes)) controller.enqueue(piece)
      controller.close()
    }
  })
}

const make = {
  file: ({ size, seed, source, options }, pinName) =>
    node.add(sources[source](random(size, seed)), { ...options, pinName }),
  async dir ({ size, seed, files }, pinName) {
    const entries = Array.from({ length: files }, (_, i) => ({ path: `${i}`, content: random(size, seed + i) }))
    let last
    for await (const added of node.addAll(entries, { wrapWithDirectory: true, pinName })) last = added
    return last
  },
  block: async ({ size, seed }, _, pin) => ({ cid: await node.block.put(random(size, seed), { pin }) }),
  async root ({ seed, children }, name) {
    const links = await Promise.all(children.map(async ({ cid, size, seed }) =>
      cid === '' ? node.block.put(random(size, seed)) : sharednode.CID.parse(cid)))
    const cid = await node.dag.put({ seed, links })
    await node.pin.add(cid, { name, offline: true })
    return { cid, children: children.map((child, i) => ({ ...child, cid: `${links[i]}` })) }
  }
}

const actions = {
  async add ({ spec, pin }) {
    const { cid, children } = await make[spec.kind](spec, pin.name, pin.type !== undefined)
    return { cid: `${cid}`, children }
  },
  pin: async ({ cid, pin }) => { await node.pin.add(cid, { name: pin.name, recursive: pin.type === 'recursive', offline: true }) },
  unpin: async ({ cid }) => { await node.pin.rm(cid) },
  async collect () {
    for await (const { err } of node.repo.gc()) if (err) throw err
  },
  read: ({ cid, spec }) => check[spec.kind](cid, spec),
  write: ({ path, spec: { size, seed, source } }) =>
    node.files.write(path, sources[source](random(size, seed)), { create: true, parents: true, truncate: true }),
  copy: ({ path, cid }) => node.files.cp(`/ipfs/${cid}`, path, { force: true, parents: true, offline: true }),
  move: ({ path, to }) => node.files.mv(path, to, { parents: true }),
  remove: ({ path }) => node.files.rm(path),
  readFile: ({ path, spec: { size, seed } }) => sameBytes(node.files.read(path, { offline: true }), random(size, seed), path),
  publish: ({ number }) => node.pubsub.publish(topic, `${number}`)
}

const wrong = what => Object.assign(new Error(what), { code: 'wrong-bytes' })

const sameFile = (path, want) => sameBytes(node.cat(path, { offline: true }), want, path)

async function sameBytes (chunks, want, path) {
  let at = 0
  for await (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== want[at + i]) throw wrong(`${path}: byte ${at + i}`)
    }
    at += chunk.length
  }
  if (at !== want.length) throw wrong(`${path}: ${at} bytes of ${want.length}`)
}

async function sameBlock (cid, want) {
  const bytes = await node.block.get(cid, { offline: true })
  if (bytes.length !== want.length || bytes.some((b, i) => b !== want[i])) throw wrong(`${cid}: other bytes`)
}

// check has for each kind what fails unless all of it is there.
const check = {
  file: (cid, { size, seed }) => sameFile(cid, random(size, seed)),
  async dir (cid, { size, seed, files }) {
    for (let i = 0; i < files; i++) await sameFile(`${cid}/${i}`, random(size, seed + i))
  },
  block: (cid, { size, seed }) => sameBlock(cid, random(size, seed)),
  async root (cid, { seed, children }) {
    const { value } = await node.dag.get(cid, { offline: true })
    if (value.seed !== seed || value.links.length !== children.length) throw wrong(`${cid}: another node`)
    for (const [i, child] of children.entries()) await sameBlock(value.links[i], random(child.size, child.seed))
  }
}

// list returns what the node says that it has.
async function list () {
  const pins = []
  for (const type of ['recursive', 'direct']) {
    for await (const { cid, name } of node.pin.ls({ type })) pins.push({ cid: `${cid}`, type, name: name ?? '' })
  }
  const bad = []
  const blocks = node.repo.verify()
  for (;;) {
    const step = await blocks.next()
    if (step.done) return { pins, bad, checked: step.value.checked }
    bad.push(`${step.value.cid}`)
  }
}

// damages returns, by id, what is wrong with objects that must be there whole.
async function damages (objects) {
  const found = {}
  for (const { id, cid, spec } of objects) {
    await check[spec.kind](cid, spec).catch(e => { found[id] = `${e.code ?? e.name}: ${e.message}` })
  }
  return found
}

// files returns which of the contents that it may have each file of the Mutable File
// System has, null being none, and what is there besides.
async function files (places) {
  const holds = {}
  for (const { path, may } of places) holds[path] = await holding(path, may)
  const strange = []
  for await (const { name: tree } of node.files.ls('/')) {
    for await (const { name } of node.files.ls(`/${tree}`)) {
      if (!(`/${tree}/${name}` in holds)) strange.push(`/${tree}/${name}`)
    }
  }
  return { holds, strange }
}

async function holding (path, may) {
  let bytes = null
  try {
    bytes = await node.files.read(path, { offline: true }).bytes()
  } catch (e) {
    if (e.code !== 'no-link') return { wrong: `${e.code ?? e.name}: ${e.message}` }
  }
  const which = may.findLastIndex(spec => {
    if (spec === null || bytes === null) return spec === bytes
    const want = random(spec.size, spec.seed)
    return bytes.length === want.length && bytes.every((b, i) => b === want[i])
  })
  return which < 0 ? { wrong: bytes === null ? 'there is none' : `there are ${bytes.length} other bytes` } : { which }
}

// locks returns the names of the locks that are held.
const locks = async () => (await navigator.locks.query()).held.map(lock => lock.name)

Object.assign(globalThis, { list, damages, files, locks, sameFile })

try {
  globalThis.node = await sharednode.connect(options)
  const me = () => ({ peerId: node.peerId, epoch: node.epoch })
  node.addEventListener('reconnect', () => tell({ reconnect: me() }))
  if (!query.has('lone')) {
    await node.pubsub.subscribe(topic, ({ data, from, sequenceNumber }) => {
      tell({ heard: { number: Number(new TextDecoder().decode(data)), from, sequence: `${sequenceNumber}` } })
    })
  }
  tell({ connect: me() })
} catch (e) {
  tell({ failed: `${e.code ?? e.name}: ${e.message}` })
}
