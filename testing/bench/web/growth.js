// What is asked of a repo of ours that grows. What it grows by is made by
// growth.go.
import { CID } from '/dist/index.min.js'
import { random, rate, spread } from './work.js'

const MiB = 1024 * 1024
const lanes = 32

/** Adds to globalThis.bench what a growing repo is measured with. */
export function offerGrowth (node) {
  Object.assign(globalThis.bench, {
    // Takes in an archive and pins what is in it.
    fill: async url => {
      const { body } = await fetch(url)
      for await (const { root } of node.dag.import(body)) {
        if (root.pinErrorMsg) throw new Error(root.pinErrorMsg)
      }
    },

    // Rates a second, of files in MiB, with some blocks that the repo has.
    grown: async ({ blocks, seed }) => {
      const cids = blocks.map(text => CID.parse(text))
      const each = (count, f) => rate(count, () => spread(count, lanes, f))
      const file = new Blob([random(16 * MiB, seed)])
      let cid
      return {
        add: await rate(16, async () => { cid = (await node.add(file)).cid }),
        cat: await rate(16, async () => { for await (const _ of node.cat(cid)); }),
        put: await each(cids.length, i => node.dag.put({ seed, i })),
        get: await each(cids.length, i => node.block.get(cids[i])),
        has: await each(cids.length, i => node.block.stat(cids[i])),
        pin: await each(cids.length, i => node.pin.add(cids[i])),
        unpin: await each(cids.length, i => node.pin.rm(cids[i])),
        gc: await seconds(async () => { for await (const { err } of node.repo.gc()) if (err) throw err })
      }
    }
  })
}

async function seconds (f) {
  const start = performance.now()
  await f()
  return (performance.now() - start) / 1000
}
