// An app of Helia's with blocks in the node of another origin, by a port.
import { unixfs } from '@helia/unixfs'
import { createHeliaLight } from 'helia'
import { CID } from 'multiformats/cid'
import { connect } from '/dist/index.min.js'
import { SharednodeBlockstore, SharednodeBroker } from '/dist/helia.js'

// The frame says first what it has, with a port, and then answers each question.
globalThis.start = async (giver) => {
  const frame = document.createElement('iframe')
  frame.src = giver
  const first = new Promise((resolve) => addEventListener('message', resolve, { once: true }))
  document.body.append(frame)
  const { data: known, ports: [port, line] } = await first
  const node = await connect({ port })
  const blockstore = new SharednodeBlockstore(node, { network: true })
  const helia = createHeliaLight({ blockstore, blockBrokers: [new SharednodeBroker(node)] })
  const used = () => new Promise((resolve) => {
    line.onmessage = ({ data }) => resolve(data)
    line.postMessage('used')
  })
  Object.assign(globalThis, { node, helia, blockstore, fs: unixfs(helia), CID, SharednodeBlockstore, known: CID.parse(known), used })
}

globalThis.join = async (chunks) => {
  const all = []
  for await (const chunk of chunks) all.push(chunk)
  return new Uint8Array(await new Blob(all).arrayBuffer())
}
