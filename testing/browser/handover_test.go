package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/cmd/build-wasm/wasmbuild"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

// spy goes before a worker's script. It tells the pages of each transaction, so
// that a test knows who used the database when, whatever the workers say.
const spy = `{
	const worker = crypto.randomUUID()
	const channel = new BroadcastChannel('test:uses')
	const { transaction } = IDBDatabase.prototype
	IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
		channel.postMessage({ worker, script: location.pathname, mode, at: Date.now() })
		return transaction.call(this, stores, mode, ...rest)
	}
}
`

// late goes before a worker's script as well. It keeps from it for a while that
// a lock was stolen, and the beats of its timers after a freeze: what comes first
// when a worker goes on is the browser's choice.
const late = `{
	const { setInterval } = self
	self.setInterval = (f, ms) => {
		let last = Date.now(), woken = 0
		return setInterval(() => {
			const now = Date.now()
			if (now - last > 5000) woken = now
			last = now
			if (now - woken > 5000) f()
		}, ms)
	}
	const { request } = LockManager.prototype
	LockManager.prototype.request = function (...args) {
		return request.apply(this, args).catch(async reason => {
			await new Promise(resolve => setTimeout(resolve, 5000))
			throw reason
		})
	}
}
`

// use is one transaction that a worker began.
type use struct {
	Worker string // tells workers of one script apart
	Script string // the path of its URL
	Mode   string
	At     int64 // Unix milliseconds
}

// deploy serves scripts of a version at path, which has a slash on both ends,
// with the node of the package under test, and spies on its workers. Before their
// script goes prelude.
func (w *world) deploy(path, version string, prelude ...string) {
	w.t.Helper()
	dist, err := harness.Dist()
	if err != nil {
		w.t.Fatal(err)
	}
	dir := w.t.TempDir()
	if err := wasmbuild.BuildScripts(w.t.Context(), wasmbuild.Config{Out: dir, Version: version}); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dist, "node.wasm"), filepath.Join(dir, "node.wasm")); err != nil {
		w.t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(dir, "worker.js"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.Files(path, os.DirFS(dir))
	w.server.File(path+"worker.js", append([]byte(strings.Join(prelude, "")+spy), script...))
}

// watch opens a page that notes which worker uses the database when.
func (w *world) watch() *tab {
	w.t.Helper()
	t := w.page()
	t.do(nil, `
		globalThis.uses = []
		globalThis.channel = new BroadcastChannel('test:uses')
		channel.onmessage = ({ data }) => uses.push(data)`)
	return t
}

// uses are the transactions that a page which watches was told of.
func (t *tab) uses() (uses []use) {
	t.w.t.Helper()
	t.do(&uses, "return uses")
	return uses
}

// deployed opens a page of a deployment, connected to the node by its client.
func (w *world) deployed(path, kind string) *tab {
	w.t.Helper()
	t := w.page()
	t.do(nil, `
		const { connect } = await import(args[0] + 'index.min.js')
		globalThis.node = await connect({ worker: args[1] })
		globalThis.reconnects = 0
		node.addEventListener('reconnect', () => reconnects++)`, path, kind)
	return t
}

// place is where a page's node runs, and which node it is.
type place struct {
	PeerID, Epoch, Script, Kind, Version string
	Reconnects                           int
}

func (t *tab) place() (p place) {
	t.w.t.Helper()
	t.do(&p, `
		const { worker } = await node.status()
		const { kind, version, epoch } = worker
		if (epoch !== node.epoch) throw new Error(epoch + ' is not ' + node.epoch)
		return {
			PeerID: node.peerId, Epoch: epoch, Script: new URL(worker.url).pathname,
			Kind: kind, Version: version, Reconnects: reconnects
		}`)
	return p
}

// comesTo waits until the page is there, and has been told as often.
func (t *tab) comesTo(want place) {
	t.w.t.Helper()
	t.w.eventually(fmt.Sprintf("a tab is at %+v", want), func() bool { return t.place() == want })
}

// wantOneAtATime fails the test if a worker used the database after another had
// begun to, but for one that had it before.
func wantOneAtATime(t *testing.T, uses []use, workers int) {
	t.Helper()
	slices.SortStableFunc(uses, func(a, b use) int { return int(a.At - b.At) })
	var turns []string
	for _, u := range uses {
		if len(turns) > 0 && turns[len(turns)-1] == u.Worker {
			continue
		}
		if slices.Contains(turns, u.Worker) {
			t.Errorf("a worker of %s used the database when another had it", u.Script)
		}
		turns = append(turns, u.Worker)
	}
	if len(turns) != workers {
		t.Errorf("%d workers used the database; want %d", len(turns), workers)
	}
}

// TestTwoDeployments: two builds at two URLs of one origin, one repo.
func TestTwoDeployments(t *testing.T) {
	const shared, dedicated = nodeapi.WorkerShared, nodeapi.WorkerDedicated
	for _, c := range []struct {
		name, firstKind, version, kind string

		moves bool // whether the second takes the repo
	}{
		{"a newer one", shared, "9.0.0", shared, true},
		{"an older one", shared, "0.0.1", shared, false},
		{"a prerelease of the same", shared, wasmbuild.Version + "-rc.1", shared, false},
		{"the same", shared, wasmbuild.Version, shared, false},
		{"the same in a dedicated worker", shared, wasmbuild.Version, dedicated, false},
		{"the same beside a dedicated worker", dedicated, wasmbuild.Version, shared, false},
		{"a newer one in a dedicated worker", shared, "9.0.0", dedicated, true},
		{"a newer one beside a dedicated worker", dedicated, "9.0.0", shared, true},
	} {
		if testing.Short() && !c.moves && c.version != "0.0.1" {
			continue // one that does not take the repo is enough
		}
		t.Run(c.name, func(t *testing.T) {
			w := sharedWorld(t)
			w.deploy("/a/", wasmbuild.Version)
			w.deploy("/b/", c.version)
			watch := w.watch()
			first, also := w.deployed("/a/", c.firstKind), w.deployed("/a/", c.firstKind)
			first.do(nil, "globalThis.heard = await listen('topic')")
			var cid string
			also.do(&cid, "return `${(await node.add(random(MiB, 1))).cid}`")
			before := first.place()
			wantBefore := place{before.PeerID, before.Epoch, "/a/worker.js", c.firstKind, wasmbuild.Version, 0}
			if before != wantBefore {
				t.Errorf("at first: got %+v; want %+v", before, wantBefore)
			}

			second := w.deployed("/b/", c.kind)
			want, workers := before, 1
			if c.moves {
				want = place{before.PeerID, second.place().Epoch, "/b/worker.js", c.kind, c.version, 0}
				workers = 2
				if want.Epoch == before.Epoch {
					t.Error("another worker has the same epoch")
				}
			}
			if got := second.place(); got != want {
				t.Errorf("the second deployment: got %+v; want %+v", got, want)
			}
			if c.moves {
				want.Reconnects = 1
			}
			for _, tab := range []*tab{first, also} {
				tab.comesTo(want)
			}

			w.eventually("the first's subscription came along", func() bool {
				var topics []string
				first.do(&topics, "return node.pubsub.ls()")
				return len(topics) == 1
			})
			second.do(nil, publish, "topic", 0, 3)
			first.hears(counting(0, 3))
			for _, tab := range []*tab{first, also, second} {
				tab.do(nil, "await check(args[0], random(MiB, 1)); await node.add('more')", cid)
			}
			for _, tab := range []*tab{first, also} {
				tab.comesTo(want) // and was not told twice
			}
			wantOneAtATime(t, watch.uses(), workers)
		})
	}
}

// freezeWorker stops the tab's process, in which the worker has to be, until other
// hears nothing of it any more. On a busy machine the wrong process may be taken
// for the tab's at first.
func (t *tab) freezeWorker(other *tab) (thaw func() error) {
	t.w.t.Helper()
	ctx, cancel := t.w.context()
	defer cancel()
	for range 5 {
		thaw, err := t.Freeze(ctx)
		if err != nil {
			t.w.t.Fatal(err)
		}
		var silent bool
		other.do(&silent, "return node.version({ timeout: 3000 }).then(() => false, () => true)")
		if silent {
			return thaw
		}
		if err := thaw(); err != nil {
			t.w.t.Fatal(err)
		}
	}
	t.w.t.Fatal("the worker is not in the tab's process")
	return nil
}

// TestFrozenWorkerIsStolenFrom: a worker that stands still loses the repo to the
// next one. When it goes on, with writes that were asked of it meanwhile, it
// writes nothing more, and its tabs come to the other.
func TestFrozenWorkerIsStolenFrom(t *testing.T) {
	only(t, harness.EngineChromium, "it is known there in which process a worker runs: that of its first tab")
	w := newWorld(t)
	w.deploy("/a/", wasmbuild.Version, late)
	w.deploy("/b/", wasmbuild.Version)
	first := w.deployed("/a/", "auto") // alone, so that the worker is in its process
	before := first.place()
	watch, also := w.watch(), w.deployed("/a/", "auto")
	also.do(nil, "await node.add(random(MiB, 1))")

	thaw := first.freezeWorker(also)
	defer thaw()
	// The worker reads these when it goes on.
	also.do(nil, `
		globalThis.adds = []
		for (let i = 0; i < 20; i++) adds.push(node.add(random(MiB, 100 + i)))
		adds.forEach(add => add.catch(() => {}))`)
	second := w.deployed("/b/", "auto")
	stolen := second.place()
	if stolen.PeerID != before.PeerID || stolen.Epoch == before.Epoch || stolen.Script != "/b/worker.js" {
		t.Errorf("the second deployment: got %+v after %+v", stolen, before)
	}
	second.do(nil, "for (let i = 0; i < 5; i++) await node.add(random(MiB, 200 + i))")
	if err := thaw(); err != nil {
		t.Fatal(err)
	}

	var failed []string
	also.do(&failed, `
		const results = await Promise.allSettled(adds)
		for (const [i, { value }] of results.entries()) {
			if (value) await check(value.cid, random(MiB, 100 + i))
		}
		return results.flatMap(({ reason }) => reason ? [reason.code] : [])`)
	for _, code := range failed {
		if code != "worker-restarted" {
			t.Errorf("an add of the frozen worker's ended with %s", code)
		}
	}
	want := stolen
	want.Reconnects = 1
	for _, tab := range []*tab{first, also} {
		tab.comesTo(want)
	}
	writes := slices.DeleteFunc(watch.uses(), func(u use) bool { return u.Mode != "readwrite" })
	wantOneAtATime(t, writes, 2)
	second.do(nil, "await verify()")
}
