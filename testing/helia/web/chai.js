// What the suites import as aegir/chai: chai with what they use beside it.
import { use } from 'chai'
import asPromised from 'chai-as-promised'

use(asPromised)

// They call what chai has as properties, `to.be.true()`.
use(({ Assertion }) => {
  for (const name of ['true', 'false', 'ok', 'exist']) {
    const { get } = Object.getOwnPropertyDescriptor(Assertion.prototype, name)
    const value = function () { get.call(this) }
    Object.defineProperty(Assertion.prototype, name, { value })
  }
})

export { expect } from 'chai'
