// The work that every system is given, in the same words. A system is an object
// with these methods; a CID is whatever the system has, with a toString.
//
//   add(source, how)  a Blob or Uint8Array, pinned; how is 'default' for the
//                     system's own settings or 'v1' for CIDv1, raw leaves, 1 MiB
//   addAll(files)     the CIDs of the files of a directory, pinned
//   cat(cid, part)    the file's bytes, an async iterable of Uint8Arrays; of a part
//                     those from its offset on, so many as its length
//   dagPut(value), dagGet(cid)      DAG-CBOR
//   blockPut(bytes), blockGet(cid)  raw, SHA-256
//   dial(addr)        connects to a peer; absent where the system has no network
//   parse(text)       a CID; with dial
//   ping()            the cheapest round trip there is; absent where there is none
//
// Each piece of work returns {figures, cids}: what it measured, by name, and the
// CIDs that came out, which must be the same in every system that was asked for
// the same. All bytes that come back are compared with those that went in,
// outside what is timed.

const KiB = 1024, MiB = 1024 * KiB

/**
 * Offers the work to the driver as globalThis.bench.
 * @param open makes the system; called at once
 */
export function offer (open) {
  const ready = (async () => {
    const system = await open()
    const cid = await system.dagPut({ hello: 'world' })
    return { system, figures: { ms: performance.now() }, cids: [`${cid}`] }
  })()
  ready.catch(() => {}) // thrown again to whoever asks
  globalThis.bench = {
    start: async () => { const { figures, cids } = await ready; return { figures, cids } },
    run: async (name, options) => works[name]((await ready).system, options)
  }
}

const works = {
  async roundTrips (system, { count }) {
    if (system.ping === undefined) return { figures: {}, cids: [] }
    await spread(100, 1, () => system.ping())
    const one = await rate(count, () => spread(count, 1, () => system.ping()))
    const many = await rate(4 * count, () => spread(4 * count, 32, () => system.ping()))
    return { figures: { one, many }, cids: [] }
  },

  async file (system, { size, seed, how }) {
    const bytes = random(size, seed)
    const blob = new Blob([bytes])
    let cid
    const add = await rate(size / MiB, async () => { cid = await system.add(blob, how) })
    const { rate: cat, first } = await read(system, cid, bytes)
    const middle = await firstByte(system.cat(cid, { offset: size / 2, length: MiB }))
    return { figures: { add, cat, first, middle }, cids: [`${cid}`] }
  },

  // A file that was read a moment ago.
  async again (system, { size, seed, times }) {
    const bytes = random(size, seed)
    const cid = await system.add(new Blob([bytes]), 'default')
    await read(system, cid, bytes)
    const chunks = []
    const cat = await rate(times * size / MiB, async () => {
      for (let i = 0; i < times; i++) chunks.push(await collect(system.cat(cid)))
    })
    chunks.forEach(all => expectBytes(bytes, all))
    return { figures: { cat }, cids: [`${cid}`] }
  },

  async exchange (system, { addr, cid, size, seed }) {
    if (system.dial === undefined) return { figures: {}, cids: [] }
    await system.dial(addr)
    const { rate: fetch, first } = await read(system, system.parse(cid), random(size, seed))
    // What the other side then fetches from here.
    const given = await system.add(new Blob([random(size, seed + 1)]), 'v1')
    return { figures: { fetch, first }, cids: [cid, `${given}`] }
  },

  async smallFiles (system, { count, size, seed }) {
    const files = Array.from({ length: 2 * count }, (_, i) => random(size, seed + i))
    const cids = new Array(files.length)
    const out = new Array(files.length)
    const add = async i => { cids[i] = await system.add(files[i], 'default') }
    const cat = async i => { out[i] = await collect(system.cat(cids[i])) }
    const figures = await oneAndMany(count, add, cat)
    files.forEach((file, i) => expectBytes(file, out[i]))
    return { figures, cids: cids.map(String) }
  },

  // Files of one directory, given all at once.
  async directory (system, { count, size, seed }) {
    const files = Array.from({ length: count }, (_, i) => ({ path: `files/${i}`, content: random(size, seed + i) }))
    let cids
    const rates = await rate(count, async () => { cids = await system.addAll(files) })
    for (const i of [0, count - 1]) expectBytes(files[i].content, await collect(system.cat(cids[i])))
    return { figures: { files: rates }, cids: cids.map(String) }
  },

  async dag (system, { count, seed }) {
    const values = Array.from({ length: 2 * count }, (_, i) => ({ seed, i, name: `entry ${i}`, tags: ['a', 'b'], data: random(32, seed + i) }))
    const cids = new Array(values.length)
    const out = new Array(values.length)
    const put = async i => { cids[i] = await system.dagPut(values[i]) }
    const get = async i => { out[i] = await system.dagGet(cids[i]) }
    const figures = await oneAndMany(count, put, get)
    values.forEach((value, i) => {
      if (out[i].i !== i || out[i].name !== value.name || out[i].tags.join() !== 'a,b') throw new Error(`dag ${i} came back as ${JSON.stringify(out[i])}`)
      expectBytes(value.data, [out[i].data])
    })
    return { figures, cids: cids.map(String) }
  },

  async blocks (system, { count, size, seed }) {
    const blocks = Array.from({ length: 2 * count }, (_, i) => random(size, seed + i))
    const cids = new Array(blocks.length)
    const out = new Array(blocks.length)
    const put = async i => { cids[i] = await system.blockPut(blocks[i]) }
    const get = async i => { out[i] = await system.blockGet(cids[i]) }
    const figures = await oneAndMany(count, put, get, 8)
    blocks.forEach((block, i) => expectBytes(block, [out[i]]))
    for (const name in figures) figures[name] *= size / MiB
    return { figures, cids: cids.map(String) }
  }
}

// read reads a file that must be bytes, and returns at what rate and when, in
// milliseconds, the first of it came.
async function read (system, cid, bytes) {
  const chunks = []
  let first
  const start = performance.now()
  const all = await rate(bytes.length / MiB, async () => {
    for await (const chunk of system.cat(cid)) {
      first ??= performance.now() - start
      chunks.push(chunk)
    }
  })
  expectBytes(bytes, chunks)
  return { rate: all, first }
}

// firstByte returns when, in milliseconds, the first of a read came.
async function firstByte (chunks) {
  const start = performance.now()
  let first
  for await (const _ of chunks) first ??= performance.now() - start
  return first
}

// oneAndMany puts and gets the first count things one by one and the next count
// of them lanes at a time, and returns the four rates a second.
async function oneAndMany (count, put, get, lanes = 32) {
  const second = f => i => f(count + i)
  const putOne = await rate(count, () => spread(count, 1, put))
  const putMany = await rate(count, () => spread(count, lanes, second(put)))
  const getOne = await rate(count, () => spread(count, 1, get))
  const getMany = await rate(count, () => spread(count, lanes, second(get)))
  return { putOne, putMany, getOne, getMany }
}

// spread calls f with 0 to count-1, so many calls at a time.
export async function spread (count, lanes, f) {
  let next = 0
  const lane = async () => { while (next < count) await f(next++) }
  await Promise.all(Array.from({ length: lanes }, lane))
}

// rate returns amount a second.
export async function rate (amount, f) {
  const start = performance.now()
  await f()
  return amount / (performance.now() - start) * 1000
}

async function collect (chunks) {
  const all = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

// random returns bytes that no store can compress, the same for the same seed
// (xorshift32).
export function random (size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4))
  let x = Math.imul(seed + 1, 0x9E3779B1) >>> 0 || 1
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5
    words[i] = x
  }
  return new Uint8Array(words.buffer, 0, size)
}

function expectBytes (want, chunks) {
  let at = 0
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== want[at + i]) throw new Error(`byte ${at + i} came back wrong`)
    }
    at += chunk.length
  }
  if (at !== want.length) throw new Error(`${at} bytes came back of ${want.length}`)
}
