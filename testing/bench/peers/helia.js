// Helia: the node in the tab, over IndexedDB.
import { dagCbor } from '@helia/dag-cbor'
import { unixfs } from '@helia/unixfs'
import { IDBBlockstore } from 'blockstore-idb'
import { IDBDatastore } from 'datastore-idb'
import { createHelia } from 'helia'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { offer } from '../web/work.js'

// IndexedDB stores the whole buffer behind a view. As shipped the store hands it
// views: a 4 MiB file takes 17 MB, and one of 64 MiB fails. A user has to mend it
// so.
class CopyingBlockstore extends IDBBlockstore {
  put (cid, bytes, options) {
    const whole = bytes instanceof Uint8Array && bytes.byteLength < bytes.buffer.byteLength
    return super.put(cid, whole ? bytes.slice() : bytes, options)
  }
}

offer(async () => {
  const blockstore = new CopyingBlockstore('helia-blocks')
  const datastore = new IDBDatastore('helia-data')
  await Promise.all([blockstore.open(), datastore.open()])
  const helia = createHelia({
    blockstore,
    datastore,
    // As shipped it dials no address of this machine, and none without TLS.
    libp2p: { addresses: { listen: [] }, peerDiscovery: [], connectionGater: { denyDialMultiaddr: () => false } }
  })
  await helia.start()
  const fs = unixfs(helia)
  const dag = dagCbor(helia)
  return {
    add: async source => {
      const cid = source instanceof Blob ? await fs.addByteStream(read(source)) : await fs.addBytes(source)
      for await (const _ of helia.pins.add(cid));
      return cid
    },
    addAll: async files => {
      const cids = []
      let root
      for await (const { path, cid } of fs.addAll(files)) path === 'files' ? root = cid : cids.push(cid)
      for await (const _ of helia.pins.add(root));
      return cids
    },
    cat: (cid, part) => fs.cat(cid, part),
    parse: text => CID.parse(text),
    dial: addr => helia.libp2p.dial(multiaddr(addr)),
    dagPut: value => dag.add(value),
    dagGet: cid => dag.get(cid),
    blockPut: async bytes => {
      const cid = CID.createV1(raw.code, await sha256.digest(bytes))
      await helia.blockstore.put(cid, bytes)
      return cid
    },
    blockGet: async cid => {
      for await (const bytes of helia.blockstore.get(cid)) return bytes
    }
  }
})

async function * read (blob) {
  const reader = blob.stream().getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
