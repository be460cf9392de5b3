package browser

import (
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// A file that is so large that pages read it from the repo's database themselves.
const (
	addLeaves = `
		globalThis.data = random(40 * MiB + 5, 1)
		return String((await node.add(data)).cid)`
	// readLeaves begins to read it, and goes on to so many bytes.
	readLeaves = `
		globalThis.data = random(40 * MiB + 5, 1)
		globalThis.taken = 0
		globalThis.readTo = async to => {
			while (taken < to) {
				const { done, value } = await reading.next()
				if (done) break
				if (value.some((byte, i) => byte !== data[taken + i])) throw new Error('wrong bytes from ' + taken)
				taken += value.length
			}
			return taken
		}
		globalThis.reading = node.cat(args[0], { signal: globalThis.signal, offline: true })
		await readTo(10 * MiB)`
	// readRest reads what is left, and says what it ended with.
	readRest = `
		const end = await readTo(Infinity).then(() => 'read', e => e.code ?? e.message)
		return { end, whole: taken === data.length }`
)

type readTo struct {
	End   string `json:"end"`
	Whole bool   `json:"whole"`
}

// readsAlone skips a test in an engine whose pages do not read by themselves.
func readsAlone(t *testing.T) {
	t.Helper()
	if engine() == harness.EngineWebKit {
		t.Skip("a page that hangs would hold up writes in WebKit, so large files come over the port there")
	}
}

// TestLargeFilesAreReadFromTheDatabase looks whether little of a large file comes
// over the port, and whether all of it comes.
func TestLargeFilesAreReadFromTheDatabase(t *testing.T) {
	readsAlone(t)
	w := sharedWorld(t)
	keeper := w.tab()
	var cid string
	keeper.do(&cid, addLeaves)
	reader := w.tab()
	reader.do(nil, readLeaves, cid)
	if sent := keeper.catSent(); sent == 0 || sent > 64<<10 {
		t.Errorf("%d bytes came over the port; want a list of leaves", sent)
	}
	var got readTo
	if reader.do(&got, readRest); !got.Whole {
		t.Errorf("got %+v", got)
	}
	w.eventually("the call has ended", func() bool { return keeper.calls("cat") == 0 })
	for _, part := range []struct{ offset, length int }{
		{3<<20 - 7, 20<<20 + 9},
		{20 << 20, 1 << 30},
		{1, 17 << 20},
	} {
		reader.do(nil, `
			const [offset, length] = args.slice(1)
			await check(args[0], data.subarray(offset, offset + length), { offset, length })`, cid, part.offset, part.length)
	}
}

// catSent is how many bytes came over the port of the one file that is read.
func (t *tab) catSent() (sent int) {
	t.w.t.Helper()
	t.do(&sent, `
		const { sessions } = await node.status()
		return Number(sessions.flatMap(s => s.calls).find(c => c.method === 'cat')?.sent ?? 0)`)
	return sent
}

// TestLeavesThatAreMissing takes blocks away while a file is read.
func TestLeavesThatAreMissing(t *testing.T) {
	w := newWorld(t)
	a, b := w.tab(), w.tab()
	var cid string
	a.do(&cid, addLeaves)
	b.do(nil, readLeaves, cid)
	a.do(nil, `
		await node.pin.rm(args[0])
		globalThis.leaf = data.subarray(30 * MiB, 31 * MiB)
		const refs = await collect(node.refs(args[0]))
		globalThis.removed = await collect(node.block.rm(refs[30].ref.split('/').at(-1)))
		if (removed[0].error) throw removed[0].error`, cid)
	var got readTo
	if b.do(&got, readRest); got.End != "not-found" {
		t.Errorf("got %+v; want not-found", got)
	}
	var taken int
	if b.do(&taken, "return taken"); taken != 30<<20 {
		t.Errorf("%d bytes were read; want those before", taken)
	}
	a.do(nil, "await node.block.put(leaf, { format: 'raw' })")
	b.do(nil, "await check(args[0], data)", cid)
}

// TestReadersHoldNobodyUp writes beside a page that hangs with a transaction under
// way, and deletes the database under it when it has stopped in the middle of a file.
func TestReadersHoldNobodyUp(t *testing.T) {
	readsAlone(t)
	w := newWorld(t)
	a, b := w.tab(), w.tab()
	var cid string
	a.do(&cid, addLeaves)
	a.do(nil, "globalThis.hangs = new Promise(resolve => { new BroadcastChannel('hangs').onmessage = resolve })")
	b.do(nil, `
		const { prototype } = IDBDatabase
		const { transaction } = prototype
		prototype.transaction = function (...args) {
			prototype.transaction = transaction
			setTimeout(() => {
				new BroadcastChannel('hangs').postMessage('')
				for (globalThis.until = Date.now() + 6000; Date.now() < until;);
			})
			return transaction.apply(this, args)
		}
		globalThis.hanging = node.cat(args[0])
		globalThis.first = hanging.next()`, cid)
	var done, until int
	a.do(&done, "await hangs; await node.add(random(1024, 7)); return Date.now()")
	b.do(&until, "await first; await hanging.return(); return until")
	if done >= until {
		t.Errorf("the add ended %d ms after the page that reads was well again", done-until)
	}
	b.do(nil, readLeaves, cid)
	a.do(nil, `
		await new Promise((resolve, reject) => {
			const request = indexedDB.deleteDatabase('sharednode:default')
			request.onsuccess = resolve
			request.onerror = () => reject(request.error)
		})`)
	var got readTo
	if b.do(&got, readRest); got.End != "not-found" {
		t.Errorf("got %+v; want not-found", got)
	}
	b.do(nil, `
		await node.add(data)
		await check(args[0], data)`, cid)
}

// TestReadersThatLeave ends calls while their bytes come from the database.
func TestReadersThatLeave(t *testing.T) {
	w := sharedWorld(t)
	a := w.tab()
	var cid string
	a.do(&cid, addLeaves)
	for _, test := range []struct{ name, before, leave, want string }{
		{"by its signal", "globalThis.bound = new AbortController(); globalThis.signal = bound.signal", "bound.abort(new Error('enough'))", "enough"},
		{"by closing", "", "await node.close()", "closed"},
		{"by leaving the loop", "", "await reading.return()", "read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := w.tab()
			b.do(nil, test.before+readLeaves, cid)
			b.do(nil, test.leave)
			var got readTo
			if b.do(&got, readRest); got.End != test.want || got.Whole {
				t.Errorf("got %+v; want %q", got, test.want)
			}
			w.eventually("the call has ended", func() bool { return a.calls("cat") == 0 })
			b.close()
		})
	}
	var code string
	a.do(&code, `
		const read = async () => {
			for await (const _ of node.cat(args[0], { timeout: 300 })) await new Promise(resolve => setTimeout(resolve, 50))
		}
		return read().then(() => 'none', e => e.code)`, cid)
	if code != "timeout" {
		t.Errorf("slower than its timeout: got %q", code)
	}
}

// TestReadersOutliveTheWorker kills the worker while its tab's file is read.
func TestReadersOutliveTheWorker(t *testing.T) {
	need(t, harness.PowerCrash)
	w := sharedWorld(t)
	w.allow("the process ended")
	holder := w.tab()
	var cid string
	holder.do(&cid, addLeaves)
	b := w.tab()
	b.do(nil, readLeaves, cid)
	if err := holder.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.eventually("another worker was asked", func() bool { return b.catSent() > 0 })
	time.Sleep(time.Second) // bytes that nobody takes would come meanwhile
	if sent := b.catSent(); sent > 64<<10 && engine() != harness.EngineWebKit {
		t.Errorf("%d bytes came over the port; want a list of leaves", sent)
	}
	var got readTo
	if b.do(&got, readRest); !got.Whole {
		t.Errorf("got %+v", got)
	}
	b.do(nil, "await check(args[0], data)", cid)
}
