package browser

import (
	"slices"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

func TestNodeOutlivesTheBrowser(t *testing.T) {
	need(t, harness.PowerProfile)
	for _, c := range []struct {
		name string
		end  func(w *world) error
	}{
		{"closed", func(w *world) error {
			ctx, cancel := w.context()
			defer cancel()
			return w.browser.Close(ctx)
		}},
		{"killed", func(w *world) error { return w.browser.Kill() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			first := w.page()
			before := first.open()
			var cids []string
			first.do(&cids, `
				const file = await node.add(random(5 * MiB, 1))
				const named = await node.add('named', { pinName: 'a name' })
				const value = await node.dag.put({ hello: 'world' }, { pin: true })
				return [file.cid, named.cid, value].map(String)`)
			if err := c.end(w); err != nil {
				t.Fatal(err)
			}

			w.launch()
			again := w.page()
			after := again.open()
			if after.PeerID != before.PeerID || after.Epoch == before.Epoch {
				t.Errorf("got %+v after %+v; want the same node in another epoch", after, before)
			}
			again.do(nil, "await check(args[0][0], random(5 * MiB, 1)); await verify()", cids)
			var found struct {
				Greeting, Name string
				Pins           []string
			}
			again.do(&found, `
				const { value } = await node.dag.get(args[0][2])
				const [named] = await collect(node.pin.ls({ name: 'a name' }))
				return { Greeting: value.hello, Name: String(named.cid), Pins: await pins() }`, cids)
			if found.Greeting != "world" || found.Name != cids[1] || len(found.Pins) != 3 {
				t.Errorf("got %+v", found)
			}
		})
	}
}

// TestWhatIsUnderWayOutlivesTheWorker kills the process of the worker while
// another tab does all that can be under way, and looks what comes of each.
func TestWhatIsUnderWayOutlivesTheWorker(t *testing.T) {
	need(t, harness.PowerCrash)
	w := sharedWorld(t)
	w.allow("the process ended")
	holder := w.page()
	before := holder.open()
	other := w.tab()
	other.do(nil, standing)
	other.do(nil, `
		globalThis.data = random(12 * MiB, 1)
		const { cid } = await node.add(data)
		globalThis.reading = node.cat(cid)
		globalThis.taken = (await reading.next()).value.length
		globalThis.told = []
		const progress = bytes => { told.push(bytes) }
		const blob = new Blob(Array.from({ length: 48 }, (_, i) => random(MiB, 100 + i)))
		globalThis.adding = node.add(blob, { progress })
		globalThis.settled = false
		adding.catch(() => {}).finally(() => { settled = true })
		globalThis.once = node.add(stuck(2, 50)).then(() => 'added', e => e.code)
		while (told.length < 8) await new Promise(resolve => setTimeout(resolve, 5))`)
	var early bool
	other.do(&early, "return settled")
	if err := holder.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	if early {
		t.Log("the add was over before the worker was killed")
	}
	var after struct {
		PeerID, Epoch, Once string
		Reconnects          int
		Told                []int
	}
	other.do(&after, `
		for await (const chunk of reading) {
			if (chunk.some((byte, i) => byte !== data[taken + i])) throw new Error('wrong bytes from ' + taken)
			taken += chunk.length
		}
		if (taken !== data.length) throw new Error(taken + ' bytes of ' + data.length)
		const { cid } = await adding
		const all = new Uint8Array(48 * MiB)
		for (let i = 0; i < 48; i++) all.set(random(MiB, 100 + i), i * MiB)
		await check(cid, all)
		return { peerId: node.peerId, epoch: node.epoch, once: await once, reconnects, told }`)
	if after.PeerID != before.PeerID || after.Epoch == before.Epoch || after.Reconnects != 1 {
		t.Errorf("got %+v after %+v; want the same node in another epoch, told once", after, before)
	}
	if after.Once != "worker-restarted" {
		t.Errorf("the add whose source cannot be read again ended with %q", after.Once)
	}
	if !slices.IsSorted(after.Told) || len(slices.Compact(slices.Clone(after.Told))) != len(after.Told) || after.Told[len(after.Told)-1] != 48<<20 {
		t.Errorf("the progress was %v", after.Told)
	}
	w.eventually("what lasts stands again", other.stands)
	other.do(nil, publish, "topic", 0, 5)
	other.hears(counting(0, 5))
	other.do(nil, "await verify()")
}

// TestALostRepoIsToldOf takes the database away between two visits of a page.
func TestALostRepoIsToldOf(t *testing.T) {
	need(t, harness.PowerDelete)
	w := sharedWorld(t)
	page := w.page()
	before := page.open()
	page.reload()
	var told struct {
		Code, Before, Now string
	}
	page.do(&told, `
		await new Promise((resolve, reject) => {
			const gone = indexedDB.deleteDatabase('sharednode:default')
			gone.onsuccess = resolve
			gone.onerror = reject
		})
		await open()
		const { code, details } = await new Promise(resolve => node.addEventListener('warning', e => resolve(e.detail)))
		return { code, ...details }`)
	var after peer
	page.do(&after, "return { peerId: node.peerId }")
	if told.Code != "repo-lost" || told.Before != before.PeerID || told.Now != after.PeerID || after.PeerID == before.PeerID {
		t.Errorf("got %+v with the node %+v after %+v", told, after, before)
	}
	page.reload()
	page.open()
	page.do(nil, "node.addEventListener('warning', e => { throw e.detail }); await node.isOnline()")
}
