// The ways in which a script can misbehave towards the node's worker, with a
// port of its own and no client on it. testing/bench measures what they do to
// other tabs, so this module needs nothing else.

const KiB = 1024, MiB = 1024 * KiB
const WELCOME = 0x02, REFUSE = 0x03, OPEN = 0x10, DATA = 0x11, ITEM = 0x12
const CREDIT = 0x13, CANCEL = 0x14, RESULT = 0x15, ERROR = 0x16
const PING = 0x20, PONG = 0x21, GOODBYE = 0x22
const END = 1

/** Encodes text, numbers from 0, bytes, booleans, null, lists and maps whose keys are in order. */
function encode (value) {
  if (value === null) return [0xf6]
  if (value === true || value === false) return [value ? 0xf5 : 0xf4]
  if (typeof value === 'number') return head(0, value)
  if (typeof value === 'string') return text(value)
  if (value instanceof Uint8Array) return [...head(2, value.length), ...value]
  if (Array.isArray(value)) return [...head(4, value.length), ...value.flatMap(encode)]
  const entries = Object.entries(value)
  return [...head(5, entries.length), ...entries.flatMap(([key, v]) => [...text(key), ...encode(v)])]
}

function text (s) {
  const bytes = new TextEncoder().encode(s)
  return [...head(3, bytes.length), ...bytes]
}

function head (major, n) {
  if (n < 24) return [major << 5 | n]
  if (n < 256) return [major << 5 | 24, n]
  if (n < 65536) return [major << 5 | 25, n >> 8, n & 255]
  return [major << 5 | 26, n >>> 24, n >> 16 & 255, n >> 8 & 255, n & 255]
}

/** One frame, or several in one message. */
function frame (type, flags, call, payload = []) {
  const bytes = new Uint8Array(12 + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, type)
  view.setUint8(1, flags)
  view.setUint32(4, call)
  view.setUint32(8, payload.length)
  bytes.set(payload, 12)
  return bytes
}

function joined (frames) {
  const all = new Uint8Array(frames.reduce((n, f) => n + f.length, 0))
  let at = 0
  for (const f of frames) {
    all.set(f, at)
    at += f.length
  }
  return all
}

const number = n => [n >>> 24, n >> 16 & 255, n >> 8 & 255, n & 255]
const open = (call, method, request, flags = END) => frame(OPEN, flags, call, [method.length, ...new TextEncoder().encode(method), ...encode(request)])

/** Lets the page's other tasks run. */
const breathe = () => new Promise(resolve => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => { port1.close(); resolve() }
  port2.postMessage(null)
})

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

/** All ports there are, to be closed in the end. */
const ports = []

/** A port that says what it likes. */
// helloOf returns a hello, made once for what it asks for: a page that makes a large
// one again and again is busy with that, and takes the machine from others by it.
function helloOf (app, window) {
  let kept = hellos.get(app)
  if (kept?.lock !== Rogue.lock) {
    kept = { lock: Rogue.lock, message: frame(0x01, 0, 0, encode({ app, lock: Rogue.lock, client: 'rogue', window, versions: [1] })) }
    hellos.set(app, kept)
  }
  return kept.message
}

const hellos = new WeakMap() // by app

class Rogue {
  ended = '' // the worker's last word
  answers = 0 // results and errors that came
  codes = {} // of errors, how many
  calls = 0 // opened
  credit = {} // by call, what may be sent
  #welcomed
  #woken = []

  constructor (url, { app = {}, hello = true, window = 64 * KiB, pongs = true } = {}) {
    const { port } = new SharedWorker(url, { name: 'sharednode:default', sameSiteCookies: 'none' })
    this.port = port
    ports.push(port)
    this.pongs = pongs
    this.#welcomed = new Promise(resolve => { this.welcome = resolve })
    port.onmessage = ({ data }) => this.#message(data)
    if (hello) {
      port.postMessage(helloOf(app, window))
    }
  }

  /** The name of a Web Lock that the page holds. */
  static lock = ''

  /** Resolves once the worker has answered the hello, either way. */
  greeted () { return this.#welcomed }

  send (message, transfer) { this.port.postMessage(message, transfer) }

  /** Opens a call and returns its id. */
  call (method, request, flags) {
    this.send(open(++this.calls, method, request, flags))
    return this.calls
  }

  /** Waits until something has come. */
  news () { return new Promise(resolve => this.#woken.push(resolve)) }

  #message (data) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    for (let at = 0; at < data.length;) {
      const size = view.getUint32(at + 8)
      this.#frame(view.getUint8(at), view.getUint32(at + 4), data.subarray(at + 12, at + 12 + size))
      at += 12 + size
    }
    for (const wake of this.#woken.splice(0)) wake()
  }

  #frame (type, call, payload) {
    switch (type) {
      case WELCOME:
        this.welcome()
        break
      case PING:
        if (this.pongs) this.send(frame(PONG, 0, 0, payload))
        break
      case ERROR: {
        const code = codeIn(payload)
        this.codes[code] = (this.codes[code] ?? 0) + 1
      } // falls through
      case RESULT:
        this.answers++
        break
      case CREDIT:
        this.credit[call] = (this.credit[call] ?? 0) + new DataView(payload.buffer, payload.byteOffset).getUint32(0)
        break
      case REFUSE:
      case GOODBYE:
        this.ended = codeIn(payload)
        this.welcome()
    }
  }
}

/** The code in an encoded error: the text after the key "code". */
function codeIn (payload) {
  const text = new TextDecoder('latin1').decode(payload)
  const at = text.indexOf('dcode') + 5
  const first = payload[at] - 0x60
  return first < 24 ? text.slice(at + 1, at + 1 + first) : text.slice(at + 2, at + 2 + payload[at + 1])
}

/** Keeps so many calls open, and opens the next as soon as one has ended. */
function keepOpen (count, method, request = null) {
  return async rogue => {
    await rogue.greeted()
    while (!rogue.stopped && !rogue.ended) {
      const batch = []
      while (rogue.calls - rogue.answers < count) batch.push(open(++rogue.calls, method, typeof request === 'function' ? request(rogue.calls) : request))
      if (batch.length > 0) rogue.send(joined(batch))
      await rogue.news()
    }
  }
}

/** Keeps so many uploads open, each of so many bytes, for which there is credit. */
function keepUploading (count, method, request, before, size) {
  const bytes = new Uint8Array(size)
  return async rogue => {
    await rogue.greeted()
    let n = 0
    while (!rogue.stopped && !rogue.ended) {
      while (rogue.calls - rogue.answers < count) {
        crypto.getRandomValues(bytes.subarray(0, 16))
        new DataView(bytes.buffer).setUint32(16, ++n)
        const id = ++rogue.calls
        rogue.send(joined([open(id, method, request, 0), ...before(id), frame(DATA, END, id, bytes)]))
      }
      await rogue.news()
    }
  }
}

/** Posts on the port without end, so many messages between two pauses. */
function post (count, make) {
  return async rogue => {
    await rogue.greeted()
    for (let n = 0; !rogue.stopped && !rogue.ended;) {
      for (let i = 0; i < count; i++) rogue.send(...make(n++, rogue))
      await breathe()
    }
  }
}

/** Does something wrong at once, on one port after another. */
function again (options, wrong) {
  return async (rogue, url) => {
    while (!rogue.stopped) {
      const next = new Rogue(url, options)
      await wrong(next)
      while (!rogue.stopped && !next.ended) await next.news()
      rogue.ended ||= next.ended
      next.port.close()
    }
  }
}

/** How many calls with a stream to the node a session may have. */
const UPLOADS = 128

/** The script of a worker that answers the first message of each port. */
const IDLE = 'data:text/javascript,onconnect=({ports:[port]})=>{port.onmessage=()=>port.postMessage(0)}'

const entry = id => [frame(ITEM, 0, id, encode({ path: 'f' }))]

/**
 * Each way, by a rogue that goes on until it is stopped or ended. `options` are
 * those of its port; `alone` says that it needs none.
 */
export const ways = {
  calls: { run: keepOpen(512, 'isOnline') },
  unknownCalls: { run: keepOpen(512, 'pin.everything') },
  status: { run: keepOpen(512, 'status') },
  callsUnawaited: { run: post(2000, (n, rogue) => [open(++rogue.calls, 'isOnline', null)]) },
  uploadsNeverClosed: {
    run: async rogue => {
      await rogue.greeted()
      const bytes = new Uint8Array(200 * KiB)
      for (let id = 1; id <= UPLOADS; id++) rogue.send(joined([open(id, 'add', {}, 0), ...entry(id), frame(DATA, 0, id, bytes)]))
      while (!rogue.stopped && !rogue.ended) await sleep(10)
    }
  },
  tenThousandStreams: {
    run: async rogue => {
      await rogue.greeted()
      for (let id = 1; id <= 10_000; id++) rogue.send(open(id, 'add', {}, 0))
      while (!rogue.stopped && !rogue.ended) await sleep(10)
    }
  },
  neverReads: {
    run: async (rogue, url, { file }) => {
      await rogue.greeted()
      for (let i = 0; i < 512; i++) rogue.call(['cat', 'pubsub.subscribe', 'ls', 'log.tail', 'events', 'pin.ls'][i % 6], i % 6 === 0 ? { path: file } : i % 6 === 1 ? { topic: `t${i}` } : i % 6 === 2 ? { path: file } : i % 6 === 3 ? { follow: true } : i % 6 === 5 ? {} : null)
      while (!rogue.stopped && !rogue.ended) await sleep(10)
    }
  },
  neverReadsFiles: {
    run: async (rogue, url, { file }) => {
      await rogue.greeted()
      for (let i = 0; i < 512; i++) rogue.call('cat', { path: file })
      while (!rogue.stopped && !rogue.ended) await sleep(10)
    }
  },
  endlessCredit: {
    options: { window: 0xffffffff, pongs: false },
    run: async (rogue, url, { file }) => {
      await rogue.greeted()
      for (let i = 0; i < 512; i++) rogue.call('cat', { path: file })
      while (!rogue.stopped && !rogue.ended) await sleep(10)
    }
  },
  readsAll: { options: { window: 0xffffffff }, run: (rogue, url, { file }) => keepOpen(64, 'cat', { path: file })(rogue) },
  subscribes: { run: keepOpen(512, 'pubsub.subscribe', n => ({ topic: `topic ${n}` })) },
  rooms: { run: keepOpen(512, 'room.join', n => ({ topic: `room ${n}` })) },
  handles: { run: keepOpen(512, 'libp2p.handle', n => ({ protocol: `/p/${n}` })) },
  publishes: { run: keepUploading(UPLOADS, 'pubsub.publish', { topic: 'flood' }, () => [], 16 * KiB) },
  adds: { run: keepUploading(UPLOADS, 'add', {}, entry, 200 * KiB) },
  blocks: { run: keepUploading(UPLOADS, 'block.put', {}, () => [], 200 * KiB) },
  collects: { run: keepOpen(64, 'repo.gc') },
  verifies: { run: keepOpen(64, 'repo.verify') },
  counts: { run: keepOpen(512, 'repo.stat') },
  lists: { run: keepOpen(512, 'pin.ls', {}) },
  logs: { run: keepOpen(512, 'log.tail', {}) },
  levels: { run: keepOpen(512, 'log.level', n => ({ level: n % 2 ? 'warn' : 'error', subsystem: 'server' })) },
  cancels: {
    run: async rogue => {
      await rogue.greeted()
      while (!rogue.stopped && !rogue.ended) {
        const batch = []
        while (rogue.calls - rogue.answers < 256) {
          const id = ++rogue.calls
          batch.push(open(id, 'events', null), frame(CANCEL, 0, id, encode({ code: 'canceled', message: '' })))
        }
        rogue.send(joined(batch))
        await rogue.news()
      }
    }
  },
  cancelsOfOld: {
    run: async rogue => {
      await rogue.greeted()
      rogue.call('isOnline', null)
      await post(2000, () => [frame(CANCEL, 0, 1, encode({ code: 'canceled', message: '' }))])(rogue)
    }
  },
  dataForOld: {
    run: async rogue => {
      await rogue.greeted()
      rogue.call('isOnline', null, 0)
      while (rogue.answers < 1) await rogue.news()
      await post(200, () => [frame(DATA, 0, 1, new Uint8Array(10 * KiB))])(rogue)
    }
  },
  pings: { run: post(2000, () => [frame(PING, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])]) },
  garbage: { run: again({}, rogue => rogue.send('garbage')) },
  hugeFrames: { run: again({}, rogue => rogue.send(new Uint8Array(64 * MiB))) },
  hugeHello: { run: again({ app: { config: { bootstrap: Array.from({ length: 20_000 }, (_, i) => `/dns4/${i}.example.net/tcp/443/wss`) } } }, () => {}) },
  portsUngreeted: {
    run: async (rogue, url) => {
      const rogues = []
      for (let i = 0; i < 3000 && !rogue.stopped; i++) {
        rogues.push(new Rogue(url, { hello: false }))
        if (i % 50 === 49) await breathe()
      }
      while (!rogue.stopped) await sleep(10)
      rogue.ended ||= rogues.map(({ ended }) => ended).find(code => code) ?? ''
    }
  },
  portsGreeted: {
    run: async (rogue, url) => {
      const rogues = []
      for (let i = 0; i < 1000 && !rogue.stopped; i++) {
        rogues.push(new Rogue(url))
        if (i % 50 === 49) await breathe()
      }
      while (!rogue.stopped) await sleep(10)
      rogue.ended ||= rogues.map(({ ended }) => ended).find(code => code) ?? ''
    }
  },
  endedPort: {
    run: async rogue => {
      await rogue.greeted()
      rogue.send('garbage')
      while (!rogue.ended && !rogue.stopped) await rogue.news()
      while (!rogue.stopped) {
        for (let i = 0; i < 2000; i++) rogue.send(open(i + 1, 'isOnline', null))
        await breathe()
      }
    }
  },
  // Not the worker's to prevent: what a page takes that never speaks to it, by
  // keeping the machine busy, or the browser with ports and messages of a worker
  // that does nothing.
  portsElsewhere: {
    alone: true,
    run: async rogue => {
      for (let i = 0; i < 3000 && !rogue.stopped; i++) {
        ports.push(new SharedWorker(IDLE, { name: `elsewhere ${rogue.id}` }).port)
        if (i % 50 === 49) await breathe()
      }
      while (!rogue.stopped) await sleep(10)
    }
  },
  hugeElsewhere: {
    alone: true,
    run: async rogue => {
      while (!rogue.stopped) {
        const { port } = new SharedWorker(IDLE, { name: `elsewhere ${rogue.id}` })
        port.start()
        port.postMessage(new Uint8Array(64 * MiB))
        await new Promise(resolve => { port.onmessage = resolve })
        port.close()
      }
    }
  },
  spins: {
    alone: true,
    run: async rogue => {
      while (!rogue.stopped) {
        for (const until = performance.now() + 5; performance.now() < until;);
        await breathe()
      }
    }
  }
}

let running
let release // the lock

/**
 * Begins to misbehave.
 *
 * @param url the worker's
 * @param given `file` is the CID of a large one
 */
export async function misbehave (url, name, given) {
  Rogue.lock = `rogue ${crypto.randomUUID()}`
  await new Promise(resolve => {
    navigator.locks.request(Rogue.lock, () => {
      resolve()
      return new Promise(resolve => { release = resolve })
    })
  })
  const way = ways[name]
  const rogue = way.alone ? { id: crypto.randomUUID() } : new Rogue(url, way.options)
  running = { rogue, done: way.run(rogue, url, given) }
  running.done.catch(() => {})
}

/** Waits, for 20 s at the most, until its session or one of its calls has ended so. */
export async function told (ended, error) {
  const { rogue } = running
  const so = () => (!ended || rogue.ended) && (!error || rogue.codes[error])
  for (const until = Date.now() + 20_000; !so() && Date.now() < until;) await sleep(10)
}

/** Ends it, as the end of its tab would, and says what it was told. */
export async function behave () {
  const { rogue, done } = running
  rogue.stopped = true
  const { ended, answers, calls, codes } = rogue
  await Promise.race([done, sleep(300)])
  for (const port of ports.splice(0)) port.close()
  release()
  return { ended: rogue.ended || ended || '', answers: answers ?? 0, calls: calls ?? 0, codes: codes ?? {} }
}
