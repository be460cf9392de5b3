// The suites of Helia's stores, over stores of a fresh repo for each test.
import 'mocha/mocha.js'
import { interfaceBlockstoreTests } from 'interface-blockstore-tests'
import { interfaceDatastoreTests } from 'interface-datastore-tests'
import { connect } from '/dist/index.min.js'
import { SharednodeBlockstore, SharednodeDatastore } from '/dist/helia.js'

// Each test has blocks or records of its own: a prefix is enough for these, and
// a repo for those, whose getAll tells of every block that there is.
const nodes = new Map()
let count = 0

async function open (make, repo) {
  const node = await connect({ repo, config: { network: 'offline' } })
  const store = make(node)
  nodes.set(store, node)
  return store
}

async function teardown (store) {
  await nodes.get(store).close()
  nodes.delete(store)
}

globalThis.run = async () => {
  mocha.setup({ ui: 'bdd', timeout: 60_000, reporter: class {} })
  describe('blockstore', () => interfaceBlockstoreTests({
    setup: () => open((node) => new SharednodeBlockstore(node), `blocks-${count++}`),
    teardown
  }))
  describe('datastore', () => interfaceDatastoreTests({
    setup: () => open((node) => new SharednodeDatastore(node, `/suite-${count++}`), 'records'),
    teardown
  }))
  return await new Promise((resolve) => {
    const passed = []
    const failed = []
    mocha.run(() => resolve({ passed, failed }))
      .on('pass', (test) => passed.push(test.fullTitle()))
      .on('fail', (test, error) => failed.push(`${test.fullTitle()}: ${error.stack}`))
  })
}
