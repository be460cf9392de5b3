// js-ipfs: the node in a SharedWorker, the tab behind ipfs-message-port-client.
import { IPFSClient } from 'ipfs-message-port-client'
import { offer } from '../web/work.js'

offer(async () => {
  const worker = new SharedWorker('jsipfs-worker.js')
  const ipfs = IPFSClient.from(worker.port)
  return {
    add: async (source, how) => {
      const options = how === 'v1' ? { cidVersion: 1, rawLeaves: true, chunker: 'size-1048576' } : {}
      return (await ipfs.add(source, options)).cid
    },
    addAll: async files => {
      const cids = []
      for await (const { path, cid } of ipfs.addAll(files)) if (path !== 'files') cids.push(cid)
      return cids
    },
    cat: (cid, part) => ipfs.cat(cid, part),
    dagPut: value => ipfs.dag.put(value, { storeCodec: 'dag-cbor', hashAlg: 'sha2-256' }),
    dagGet: async cid => (await ipfs.dag.get(cid)).value,
    blockPut: bytes => ipfs.block.put(bytes, { format: 'raw', version: 1 }),
    blockGet: cid => ipfs.block.get(cid),
    ping: () => new Promise(resolve => ipfs.transport.execute(refused(resolve)))
  }
})

// The cheapest round trip its port has: a method that is not there, refused
// before the node hears of it.
function refused (done) {
  return { namespace: 'core', method: 'none', timeout: 0, toJSON: () => ({}), transfer: () => [], fail: done }
}
