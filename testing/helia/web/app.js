// An app of Helia's with no line of Sharednode's but for its stores.
import { unixfs } from '@helia/unixfs'
import { createHelia } from 'helia'
import { CID } from 'multiformats/cid'
import { connect } from '/dist/index.min.js'
import { SharednodeBlockstore, SharednodeDatastore } from '/dist/helia.js'

globalThis.start = async () => {
  const node = await connect({ config: { network: 'offline' } })
  const helia = await createHelia({
    blockstore: new SharednodeBlockstore(node),
    datastore: new SharednodeDatastore(node, '/app'),
    libp2p: { addresses: { listen: [] }, peerDiscovery: [] },
    start: false
  })
  const fs = unixfs(helia)
  Object.assign(globalThis, { node, helia, fs, CID })
}

globalThis.text = async (chunks) => {
  const all = []
  for await (const chunk of chunks) all.push(chunk)
  return await new Blob(all).text()
}
