// Sharednode: the package as it is shipped, the node in a SharedWorker.
import { connect } from '/dist/index.min.js'
import { offerBounded } from './bounded.js'
import { offerGrowth } from './growth.js'
import { offerIsolation } from './isolation.js'
import { offer } from './work.js'

offer(async () => {
  const node = await connect()
  offerBounded(connect, node)
  offerGrowth(node)
  offerIsolation(node, '/dist/worker.js')
  return {
    add: async (source, how) => (await node.add(source, how === 'v1' ? { profile: 'unixfs-v1-2025' } : {})).cid,
    addAll: async files => {
      const cids = []
      for await (const { path, cid } of node.addAll(files)) if (path !== 'files') cids.push(cid)
      return cids
    },
    cat: (cid, part) => node.cat(cid, part),
    parse: text => text,
    dial: addr => node.swarm.connect(addr),
    dagPut: value => node.dag.put(value),
    dagGet: async cid => (await node.dag.get(cid)).value,
    blockPut: bytes => node.block.put(bytes),
    blockGet: cid => node.block.get(cid),
    ping: () => node.isOnline()
  }
})

// What messages are measured with: every tab listens, notes how long each took,
// and while it is asked to says how many have come and whether any was lost.
let took = []
let lost = 0
let acks = false

bench.listen = async ({ addr, topic, ackTopic, ackEvery, tab }) => {
  const node = await connect()
  node.addEventListener('warning', ({ detail }) => { lost += detail.details?.dropped ?? 1 })
  await node.swarm.connect(addr)
  await node.pubsub.subscribe(topic, ({ data }) => {
    const sent = Number(new DataView(data.buffer, data.byteOffset).getBigUint64(0)) / 1000
    took.push(performance.timeOrigin + performance.now() - sent)
    if (acks && took.length % ackEvery === 0) node.pubsub.publish(ackTopic, new Uint8Array([tab, Math.min(lost, 255)]))
  })
}

bench.acknowledge = on => { acks = on; took = []; lost = 0 }

bench.latencies = async count => {
  while (took.length < count) await new Promise(resolve => setTimeout(resolve, 10))
  return took
}
