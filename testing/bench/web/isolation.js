// What isolation is measured with: tabs that work, and one that misbehaves in
// the ways of testing/browser/testdata/misbehave.js.
import { behave, misbehave } from '../../browser/testdata/misbehave.js'

const KiB = 1024

// offerIsolation adds to globalThis.bench what a tab does beside others.
export function offerIsolation (node, workerURL) {
  let done = 0
  let working

  // A node, unless another tab has had garbage collected in between.
  const stored = async cid => {
    try {
      return (await node.dag.get(cid, { offline: true })).value
    } catch (error) {
      if (error.code !== 'not-found') throw error
    }
  }

  // Adds, reads and DAG nodes in turn, two at a time, all looked at.
  const toil = async lane => {
    const bytes = crypto.getRandomValues(new Uint8Array(64 * KiB))
    for (let n = 0; working; n++) {
      new DataView(bytes.buffer).setUint32(0, n)
      const { cid } = await node.add(bytes)
      done++
      await expect(node.cat(cid), bytes)
      done++
      for (let i = 0; i < 4 && working; i++) {
        const value = { lane, n, i, link: cid }
        const put = await node.dag.put(value)
        done++
        const got = await stored(put)
        if (got && (got.lane !== lane || got.n !== n || got.i !== i)) throw new Error(`${put} came back as ${JSON.stringify(got)}`)
        done++
      }
    }
  }

  Object.assign(globalThis.bench, {
    work: () => {
      const me = crypto.randomUUID()
      working = true
      globalThis.bench.working = Promise.all([toil(`${me} 0`), toil(`${me} 1`)])
      globalThis.bench.working.catch(() => {})
    },
    // How much is done, and when that was.
    done: () => ({ done, at: performance.now() }),
    rest: async () => {
      working = false
      await globalThis.bench.working
    },
    memory: async () => {
      const { memory, now } = await node.status()
      return Number(now?.memory ?? memory) / 1024 / KiB
    },
    // A file that takes a while to read.
    large: async () => {
      const bytes = new Uint8Array(8 * 1024 * KiB)
      for (let at = 0; at < bytes.length; at += 64 * KiB) crypto.getRandomValues(bytes.subarray(at, at + 64 * KiB))
      return `${(await node.add(bytes)).cid}`
    },
    misbehave: (way, given) => misbehave(workerURL, way, given),
    behave
  })
}

async function expect (chunks, want) {
  let at = 0
  for await (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) if (chunk[i] !== want[at + i]) throw new Error(`byte ${at + i} came back wrong`)
    at += chunk.length
  }
  if (at !== want.length) throw new Error(`${at} bytes came back of ${want.length}`)
}
