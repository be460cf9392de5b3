// What the browser itself does with the same bytes: a SharedWorker in plain JS
// that echoes messages, and puts into and gets from IndexedDB with nothing
// around it (platform-worker.js). The limit that a node in a worker can come to.
import { random, rate, spread } from './work.js'

const MiB = 1024 * 1024
const { port } = new SharedWorker('/platform-worker.js')

const ask = message => new Promise((resolve, reject) => {
  port.onmessage = ({ data }) => data.error === undefined ? resolve(data) : reject(new Error(data.error))
  port.postMessage(message)
})

const ready = (async () => {
  await ask({ work: 'open' })
  return { figures: { ms: performance.now() }, cids: null }
})()
ready.catch(() => {}) // thrown again to whoever asks

let asked = 0
const answers = new Map() // by number

// One of several that are under way at a time.
const order = message => new Promise((resolve, reject) => {
  const number = asked++
  answers.set(number, answer => answer.error === undefined ? resolve(answer) : reject(new Error(answer.error)))
  port.onmessage = ({ data }) => {
    answers.get(data.number)(data)
    answers.delete(data.number)
  }
  port.postMessage({ number, ...message })
})

const held = []

globalThis.bench = {
  start: () => ready,
  // As bounded.js has it, with values of 1 MiB.
  sessions: count => held.push(...Array.from({ length: count }, () => new SharedWorker('/platform-worker.js'))),
  addLarge: async mebibytes => {
    const base = random(MiB, mebibytes)
    await spread(mebibytes, 4, i => {
      const value = base.slice()
      new DataView(value.buffer).setUint32(0, i)
      return order({ work: 'putOne', key: i, value })
    })
    return String(mebibytes)
  },
  catLarge: async mebibytes => {
    await spread(Number(mebibytes), 4, i => order({ work: 'getOne', key: i }))
    return mebibytes
  },
  catSlowly: (mebibytes, readers) => spread(readers, readers, async () => {
    for (let i = 0; i < 25; i++) {
      await order({ work: 'getOne', key: i })
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }),
  run: async (name, options) => {
    await ready
    const figures = name === 'roundTrips' ? await roundTrips(options) : (await ask({ work: name, ...options })).figures
    return { figures, cids: null }
  }
}

// As many bytes as a request of the least kind has, each way.
async function roundTrips ({ count }) {
  const waiting = []
  port.onmessage = () => waiting.shift()()
  const ping = () => new Promise(resolve => {
    waiting.push(resolve)
    port.postMessage(new Uint8Array(32))
  })
  await spread(100, 1, ping)
  const one = await rate(count, () => spread(count, 1, ping))
  const many = await rate(4 * count, () => spread(4 * count, 32, ping))
  return { one, many }
}
