import { connect } from '/dist/index.min.js'
import examples from './examples.js'

// run runs an example and returns what it logs.
globalThis.run = async (name) => {
  const node = await connect({ config: { network: 'offline' } })
  const lines = []
  const { log } = console
  console.log = (...values) => lines.push(values.join(' '))
  try {
    await examples[name](node)
  } finally {
    console.log = log
    await node.close()
  }
  return lines
}
