// IndexedDB alone, in a SharedWorker: values of the sizes that a node has, under
// keys like its own, one or many to a transaction, durability relaxed.
const KiB = 1024
const MiB = 1024 * KiB

let db

onconnect = ({ ports: [port] }) => {
  port.onmessage = async ({ data }) => {
    if (data instanceof Uint8Array) {
      port.postMessage(data)
      return
    }
    if ('number' in data) {
      port.postMessage(...await answer(data))
      return
    }
    try {
      port.postMessage({ figures: await works[data.work]?.(data) ?? {} })
    } catch (error) {
      port.postMessage({ error: String(error) })
    }
  }
}

// answer puts or gets one value, for who has several of these under way.
async function answer ({ number, work, key, value }) {
  try {
    if (work === 'putOne') {
      await put([{ key, value }], 1)
      return [{ number }]
    }
    const result = await request(db.transaction('values').objectStore('values').get(key))
    return [{ number, result }, [result.buffer]]
  } catch (error) {
    return [{ number, error: String(error) }]
  }
}

const request = asked => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result)
  asked.onerror = () => reject(asked.error)
})

const works = {
  async open () {
    const opening = indexedDB.open('platform')
    opening.onupgradeneeded = () => opening.result.createObjectStore('values')
    db = await request(opening)
    await put(values(1, 100, 1), 1)
  },

  // A file of 1 MiB a value.
  async file ({ size, seed }) {
    const all = values(size / MiB, MiB, seed)
    const add = await rate(size / MiB, () => put(all, 16))
    let first
    const start = performance.now()
    const cat = await rate(size / MiB, () => get(all, 16, () => { first ??= performance.now() - start }))
    return { add, cat, first }
  },

  async directory ({ count, size, seed }) {
    const all = values(count, size, seed)
    return { files: await rate(count, () => put(all, 256)) }
  },

  smallFiles: ({ count, size, seed }) => oneAndMany(count, size, seed, 32),
  dag: ({ count, seed }) => oneAndMany(count, 128, seed, 32),

  async blocks ({ count, size, seed }) {
    const figures = await oneAndMany(count, size, seed, 8)
    for (const name in figures) figures[name] *= size / MiB
    return figures
  }
}

async function oneAndMany (count, size, seed, lanes) {
  const first = values(count, size, seed)
  const second = values(count, size, seed + count)
  const putOne = await rate(count, () => put(first, 1))
  const putMany = await rate(count, () => put(second, lanes))
  const getOne = await rate(count, () => get(first, 1))
  const getMany = await rate(count, () => get(second, lanes))
  return { putOne, putMany, getOne, getMany }
}

// put puts values so many to a transaction, one transaction after the other.
async function put (all, many) {
  for (let i = 0; i < all.length; i += many) {
    const tx = db.transaction('values', 'readwrite', { durability: 'relaxed' })
    const store = tx.objectStore('values')
    for (const { key, value } of all.slice(i, i + many)) store.put(value, key)
    tx.commit()
    await ended(tx)
  }
}

async function get (all, many, told = () => {}) {
  for (let i = 0; i < all.length; i += many) {
    const tx = db.transaction('values', 'readonly')
    const store = tx.objectStore('values')
    const requests = all.slice(i, i + many).map(({ key }) => store.get(key))
    requests[0].addEventListener('success', told)
    // They succeed in order; the end of the transaction comes a while later.
    await new Promise((resolve, reject) => {
      requests.at(-1).addEventListener('success', resolve)
      tx.onabort = () => reject(tx.error)
    })
    requests.forEach(({ result }, n) => {
      const want = all[i + n].value
      if (result.length !== want.length || result[0] !== want[0] || result.at(-1) !== want.at(-1)) throw new Error('other bytes came back')
    })
  }
}

const ended = tx => new Promise((resolve, reject) => {
  tx.oncomplete = resolve
  tx.onabort = () => reject(tx.error)
})

// values returns values that no store can compress, under random keys of the
// length of a multihash.
function values (count, size, seed) {
  let x = Math.imul(seed + 1, 0x9E3779B1) >>> 0 || 1
  return Array.from({ length: count }, () => {
    const words = new Uint32Array(Math.ceil(size / 4))
    for (let i = 0; i < words.length; i++) {
      x ^= x << 13; x ^= x >>> 17; x ^= x << 5
      words[i] = x
    }
    return { key: crypto.getRandomValues(new Uint8Array(34)), value: new Uint8Array(words.buffer, 0, size) }
  })
}

async function rate (amount, f) {
  const start = performance.now()
  await f()
  return amount / (performance.now() - start) * 1000
}
