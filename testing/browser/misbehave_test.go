package browser

import (
	"testing"
)

// misbehaviour is a way of testdata/misbehave.js, and what it comes to.
type misbehaviour struct {
	way   string
	ended string // the code with which its session ends, empty if it does not
	error string // the code of its calls, empty if that does not matter
}

var misbehaviours = []misbehaviour{
	{way: "calls"},
	{way: "unknownCalls", error: "unknown-method"},
	{way: "status"},
	{way: "callsUnawaited", ended: "too-many-calls"},
	{way: "tenThousandStreams", ended: "too-many-calls"},
	{way: "uploadsNeverClosed"},
	{way: "neverReads"},
	{way: "neverReadsFiles"},
	{way: "endlessCredit"},
	{way: "readsAll"},
	{way: "rooms", error: "too-many-topics"},
	{way: "subscribes", error: "too-many-topics"},
	{way: "handles", error: "too-many-streams"},
	{way: "publishes"},
	{way: "adds"},
	{way: "blocks"},
	{way: "counts"},
	{way: "lists"},
	{way: "logs"},
	{way: "levels"},
	{way: "collects"},
	{way: "verifies"},
	{way: "cancels"},
	{way: "cancelsOfOld", ended: "protocol-error"},
	{way: "dataForOld", ended: "protocol-error"},
	{way: "pings", ended: "too-many-calls"},
	{way: "garbage", ended: "protocol-error"},
	{way: "hugeFrames", ended: "frame-too-large"},
	{way: "endedPort", ended: "protocol-error"},
}

// toil adds, reads and puts nodes until it is told to stop, and counts.
const toil = `
	globalThis.go = true
	globalThis.rounds = 0
	globalThis.toiling = (async () => {
		for (const me = crypto.randomUUID(); go; rounds++) {
			const bytes = random(64 * 1024, Math.floor(Math.random() * 2 ** 30))
			const { cid } = await node.add(bytes, { timeout: 120_000 })
			await check(cid, bytes)
			const { value } = await node.dag.get(await node.dag.put({ me, rounds }, { pin: true }))
			if (value.me !== me || value.rounds !== rounds) throw new Error('a node came back as ' + JSON.stringify(value))
		}
	})()
	toiling.catch(() => {})`

// TestTabsBesideOneThatMisbehaves has tabs work beside one that does all that a
// script can do wrong, one thing after the other.
func TestTabsBesideOneThatMisbehaves(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute, and what bounds a tab is the same in every engine")
	}
	const tabs = 3
	const memoryLimit = 512 << 20 // of the 4 GiB that there can be
	w := newWorld(t)
	var workers []*tab
	for range tabs {
		worker := w.tab()
		worker.do(nil, toil)
		workers = append(workers, worker)
	}
	var epoch, file string
	workers[0].do(&epoch, "return node.epoch")
	workers[0].do(&file, "return `${(await node.add(random(8 * MiB, 1))).cid}`")
	rogue := w.page()
	for _, m := range misbehaviours {
		t.Run(m.way, func(t *testing.T) {
			rogue.do(nil, `
				globalThis.rogue = await import('/misbehave.js')
				await rogue.misbehave(args[0], args[1], { file: args[2] })`, w.server.Origin()+"/dist/worker.js", m.way, file)
			for _, worker := range workers {
				worker.do(nil, `
					const began = rounds
					await Promise.race([toiling, (async () => { while (rounds < began + 2) await new Promise(resolve => setTimeout(resolve, 5)) })()])`)
			}
			var told struct {
				Ended string
				Codes map[string]int
			}
			rogue.do(&told, "await rogue.told(args[0], args[1]); return rogue.behave()", m.ended, m.error)
			if told.Ended != m.ended || m.error != "" && told.Codes[m.error] == 0 {
				t.Errorf("its session ended with %q and its calls with %v; want %q and %q", told.Ended, told.Codes, m.ended, m.error)
			}
		})
	}
	for _, worker := range workers {
		worker.do(nil, "go = false; await toiling")
	}
	var after string
	var memory int
	workers[0].do(&after, "return node.epoch")
	workers[0].do(&memory, "return Number((await node.status()).now.memory)")
	if after != epoch {
		t.Errorf("the worker was restarted: epoch %s became %s", epoch, after)
	}
	if memory > memoryLimit {
		t.Errorf("the worker took %d MiB; %d allowed", memory>>20, memoryLimit>>20)
	}
	t.Logf("the worker took %d MiB at the most", memory>>20)
}
