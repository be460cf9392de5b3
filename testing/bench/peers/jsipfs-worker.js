// The worker as the example of ipfs-message-port-server has it: tabs that
// connect before the node is up wait.
import { create } from 'ipfs-core'
import { IPFSService, Server } from 'ipfs-message-port-server'

const waiting = []
self.onconnect = ({ ports: [port] }) => waiting.push(port)

const ipfs = create({
  offline: true,
  preload: { enabled: false },
  config: { Bootstrap: [], Addresses: { Swarm: [], Delegates: [] } }
})
ipfs.then(node => {
  const server = new Server(new IPFSService(node))
  self.onconnect = ({ ports: [port] }) => server.connect(port)
  waiting.forEach(port => server.connect(port))
})
