// Sharednode: the package as it is shipped, the node in a SharedWorker.
import { connect } from '/dist/index.min.js'
import { offer } from './work.js'

offer(async () => {
  const node = await connect()
  return {
    add: async (source, how) => (await node.add(source, how === 'v1' ? { profile: 'unixfs-v1-2025' } : {})).cid,
    cat: cid => node.cat(cid),
    dagPut: value => node.dag.put(value),
    dagGet: async cid => (await node.dag.get(cid)).value,
    blockPut: bytes => node.block.put(bytes),
    blockGet: cid => node.block.get(cid),
    ping: () => node.isOnline()
  }
})
