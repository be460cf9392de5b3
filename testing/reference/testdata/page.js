import examples from './examples.js'
import { CID, connect } from '/dist/index.min.js'

// told is a value as an example's comment has it.
function told (value) {
  if (typeof value === 'string') return value
  return CID.asCID(value)?.toString() ?? JSON.stringify(value, (_, v) => typeof v === 'bigint' ? Number(v) : v) ?? String(value)
}

// tidy leaves nothing of the example before.
async function tidy (node) {
  for await (const { name } of node.files.ls('/')) await node.files.rm(`/${name}`, { recursive: true })
  for (const { name } of await node.key.list()) if (name !== 'self') await node.key.rm(name)
  for (const { service } of await node.pin.remote.service.ls()) await node.pin.remote.service.rm(service)
  for await (const { key } of node.datastore.query({ keysOnly: true })) await node.datastore.delete(key)
  for await (const { cid, type } of node.pin.ls()) if (type !== 'indirect') await node.pin.rm(cid, { recursive: type === 'recursive' })
  for await (const _ of node.repo.gc());
  if (!await node.isOnline()) return
  await node.bootstrap.clear()
  for (const { peer } of await node.swarm.peers()) await node.swarm.disconnect(peer)
}

// run runs an example and returns what it logs.
globalThis.run = async (name, peer) => {
  const network = peer ? 'on' : 'offline'
  const node = await connect({ repo: network, config: { network } })
  await tidy(node)
  const lines = []
  const { log } = console
  console.log = (...values) => lines.push(values.map(told).join(' ').trim())
  try {
    await examples[name](node, peer)
  } finally {
    console.log = log
    await node.close()
  }
  return lines
}
