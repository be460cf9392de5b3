package browser

import (
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// TestCARFromRepoToRepo exports a file from one repo while it is imported into
// another one.
func TestCARFromRepoToRepo(t *testing.T) {
	w := sharedWorld(t)
	tab := w.tab()
	tab.do(nil, `
		const size = 20 * MiB + 5
		const first = node
		const { cid } = await first.add(random(size, 7))
		await open({ repo: 'other' })
		async function * counted () {
			for await (const chunk of first.dag.export(cid)) {
				bytes += chunk.length
				yield chunk
			}
		}
		let bytes = 0
		const roots = await collect(node.dag.import(counted()))
		if (roots.length !== 1 || !roots[0].root.cid.equals(cid) || roots[0].root.pinErrorMsg) {
			throw new Error('roots: ' + JSON.stringify(roots))
		}
		if (bytes < size || bytes > size + 4096) throw new Error(bytes + ' bytes of CAR')
		await check(cid, random(size, 7), { offline: true })
		if (!(await pins()).includes(cid.toString())) throw new Error('it is not pinned')
		await verify()
		const { totalSize, uniqueBlocks } = await node.dag.stat(cid)
		if (Number(uniqueBlocks) !== 22 || Number(totalSize) < size) throw new Error(uniqueBlocks + ' blocks, ' + totalSize + ' bytes')
		await node.close()
		globalThis.node = first`)
}

// TestCARInBoundedMemory watches the worker's process while it exports a file
// that is larger than what it may take, to a reader that takes its time, and
// imports it again.
func TestCARInBoundedMemory(t *testing.T) {
	only(t, harness.EngineChromium, "which process is whose is found by its flags")
	if testing.Short() {
		t.Skip("moves half a gibibyte, which one run does for all")
	}
	const mib, limit = 256, 200 << 20 // much of it is what the browser has not collected yet
	w := newWorld(t)
	browser := w.chromium()
	w.tab() // the worker lives in this one's process
	worker := largest(t, harness.Renderers(harness.Processes(browser.PID())))
	streams := w.tab()
	var cid string
	streams.do(&cid, largeAdd, mib)
	idle, most := watch(t, worker, func() {
		streams.do(nil, `
			let read = 0
			for await (const chunk of node.dag.export(args[0])) {
				read += chunk.length
				if (read < 64 * MiB) await new Promise(resolve => setTimeout(resolve, 5))
			}
			if (read < args[1] * MiB) throw new Error('only ' + read + ' bytes')`, cid, mib)
	})
	report(t, "dag.export", idle, most, limit)
	_, most = watch(t, worker, func() {
		streams.do(nil, `
			const roots = await collect(node.dag.import(node.dag.export(args[0])))
			if (roots.length !== 1 || roots[0].root.pinErrorMsg) throw new Error(JSON.stringify(roots))`, cid)
	})
	report(t, "dag.import", idle, most, limit)
}
