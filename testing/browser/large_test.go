package browser

import (
	"slices"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// A gibibyte, made and compared as it flows: every MiB is the same noise but
// for its number at its head, so that no two blocks are alike.
const (
	largeAdd = `
		const base = random(MiB, 1)
		async function * source () {
			for (let i = 0; i < args[0]; i++) {
				const chunk = base.slice()
				new DataView(chunk.buffer).setUint32(0, i)
				yield chunk
			}
		}
		return String((await node.add(source())).cid)`
	largeCat = `
		const want = random(MiB, 1)
		let at = 0
		for await (const chunk of node.cat(args[0])) {
			for (let i = 0; i < chunk.length; i++, at++) {
				if (at % MiB === 0) new DataView(want.buffer).setUint32(0, at / MiB)
				if (chunk[i] !== want[at % MiB]) throw new Error('byte ' + at + ' is wrong')
			}
		}
		return at`
)

// TestGibibyteInBoundedMemory watches the worker's process while another tab
// adds and reads a file that is much larger than what the worker may take.
func TestGibibyteInBoundedMemory(t *testing.T) {
	only(t, harness.EngineChromium, "which process is whose is found by its flags")
	if testing.Short() {
		t.Skip("moves a gibibyte twice, which one run does for all")
	}
	const mib, limit = 1024, 200 << 20
	w := newWorld(t)
	browser := w.chromium()
	w.tab() // the worker lives in this one's process
	worker := largest(t, harness.Renderers(harness.Processes(browser.PID())))
	streams := w.tab()
	// Its first use of everything is no part of what grows.
	streams.do(nil, "const { cid } = await node.add(random(8 * MiB, 5), { pin: false }); await check(cid, random(8 * MiB, 5))")

	var cid string
	idle, most := watch(t, worker, func() { streams.do(&cid, largeAdd, mib) })
	report(t, "add", idle, most, limit)
	var read int
	_, most = watch(t, worker, func() { streams.do(&read, largeCat, cid) })
	report(t, "cat", idle, most, limit)
	if read != mib<<20 {
		t.Errorf("%d bytes were read", read)
	}
	var memory int
	streams.do(&memory, "return Number((await node.status()).now.memory)")
	t.Logf("by its own account the worker has %d MiB", memory>>20)
}

func report(t *testing.T, what string, idle, most, limit int64) {
	t.Helper()
	t.Logf("%s: %d MiB at the most, %d when idle", what, most>>20, idle>>20)
	if most-idle > limit {
		t.Errorf("%s took %d MiB more than the worker has when idle; %d allowed", what, (most-idle)>>20, limit>>20)
	}
}

// largest returns the process that takes the most memory.
func largest(t *testing.T, pids []int) int {
	t.Helper()
	return slices.MaxFunc(pids, func(a, b int) int { return int(memoryOf(t, a) - memoryOf(t, b)) })
}

func memoryOf(t *testing.T, pid int) int64 {
	t.Helper()
	n, err := harness.MemoryOf([]int{pid})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// watch returns what a process takes before f and the most that it takes while
// f runs.
func watch(t *testing.T, pid int, f func()) (before, most int64) {
	t.Helper()
	before, most, err := harness.PeakMemory(func() []int { return []int{pid} }, func() error {
		f()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return before, most
}
