// What memory is watched with: a file of many MiB that is made as it flows, every
// MiB another.
import { random, spread } from './work.js'

const MiB = 1024 * 1024

/** Adds to globalThis.bench what flows through a node of ours. */
export function offerBounded (connect, node) {
  const held = []
  Object.assign(globalThis.bench, {
    sessions: count => spread(count, 8, async () => { held.push(await connect()) }),
    addLarge: async mebibytes => `${(await node.add(noise(mebibytes))).cid}`,
    catLarge: async cid => {
      for await (const _ of node.cat(cid));
      return cid
    },
    // Each takes a part, and then its time.
    catSlowly: async (cid, readers) => {
      await spread(readers, readers, async () => {
        let parts = 0
        for await (const _ of node.cat(cid)) {
          await new Promise(resolve => setTimeout(resolve, 200))
          if (++parts === 25) break
        }
      })
      return cid
    }
  })
}

async function * noise (mebibytes) {
  const base = random(MiB, mebibytes)
  for (let i = 0; i < mebibytes; i++) {
    const chunk = base.slice()
    new DataView(chunk.buffer).setUint32(0, i)
    yield chunk
  }
}
