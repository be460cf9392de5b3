// What the browser itself does with the same bytes: a SharedWorker in plain JS
// that echoes messages, and puts into and gets from IndexedDB with nothing
// around it (platform-worker.js). The limit that a node in a worker can come to.
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

globalThis.bench = {
  start: () => ready,
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

async function spread (count, lanes, f) {
  let next = 0
  const lane = async () => { while (next < count) { next++; await f() } }
  await Promise.all(Array.from({ length: lanes }, lane))
}

async function rate (amount, f) {
  const start = performance.now()
  await f()
  return amount / (performance.now() - start) * 1000
}
