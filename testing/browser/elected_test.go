package browser

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// The tests of this file have a tab run the node, wherever the others have it.

// elected connects the page to a node that runs in a tab.
func (t *tab) elected() (p peer) {
	t.w.t.Helper()
	t.do(&p, "return open({ worker: 'dedicated' })")
	return p
}

// electedTab opens a page connected to a node that runs in a tab.
func (w *world) electedTab() *tab {
	w.t.Helper()
	t := w.page()
	t.elected()
	return t
}

// locks are the names of the locks held on the repo, which are not those of its
// workers' own, with "?" before those that are waited for.
func (t *tab) locks() (names []string) {
	t.w.t.Helper()
	t.do(&names, `
		const { held, pending } = await navigator.locks.query()
		const of = locks => locks.map(lock => lock.name).filter(name => /^sharednode:default(:leader)?$/.test(name))
		return [...of(held), ...of(pending).map(name => '?' + name)].sort()`)
	return names
}

// repoLocks are the locks of a repo that n tabs use, one of which runs the node.
func repoLocks(n int) []string {
	names := slices.Repeat([]string{"?sharednode:default:leader"}, n-1)
	return append(names, "sharednode:default", "sharednode:default:leader")
}

// wantOneWorker fails the test unless one worker runs for the tabs, all of which
// must be in touch with it.
func wantOneWorker(w *world, tabs ...*tab) {
	w.t.Helper()
	w.eventually("one tab runs the node for all", func() bool {
		var epochs []string
		for _, t := range tabs {
			var epoch string
			t.do(&epoch, `
				const { worker } = await node.status()
				if (worker.kind !== 'dedicated' || worker.epoch !== node.epoch) throw new Error(JSON.stringify(worker))
				return worker.epoch`)
			epochs = append(epochs, epoch)
		}
		return len(slices.Compact(epochs)) == 1 && slices.Equal(tabs[0].locks(), repoLocks(len(tabs)))
	})
}

// An application's own Service Worker, which controls its pages.
const appWorker = `
onactivate = event => event.waitUntil(clients.claim())
onmessage = event => event.source.postMessage('the application: ' + event.data)`

func TestTabsElectOne(t *testing.T) {
	once(t)
	w := sharedWorld(t)
	w.server.File("/app-sw.js", []byte(appWorker))
	tabs := make([]*tab, 8)
	for i := range tabs {
		tabs[i] = w.page()
		tabs[i].do(nil, "delete globalThis.SharedWorker")
	}
	tabs[0].do(nil, `
		await navigator.serviceWorker.register('/app-sw.js')
		await navigator.serviceWorker.ready
		if (!navigator.serviceWorker.controller) await new Promise(resolve => { navigator.serviceWorker.oncontrollerchange = resolve })`)
	peers := make([]peer, len(tabs))
	if err := together(tabs, func(i int, t *tab) error {
		return t.try(&peers[i], "return open({ worker: 'auto' })")
	}); err != nil {
		t.Fatal(err)
	}
	for i, p := range peers {
		if p != peers[0] {
			t.Errorf("tab %d: got %+v; want %+v as the first", i+1, p, peers[0])
		}
	}
	wantOneWorker(w, tabs...)
	cids := make([]string, len(tabs))
	if err := together(tabs, func(i int, t *tab) error {
		return t.try(&cids[i], "return `${(await node.add(random(2 * MiB, args[0]))).cid}`", i)
	}); err != nil {
		t.Fatal(err)
	}
	if err := together(tabs, func(i int, t *tab) error {
		from := (i + 1) % len(tabs)
		return t.try(nil, "await check(args[0], random(2 * MiB, args[1]))", cids[from], from)
	}); err != nil {
		t.Fatal(err)
	}
	var service struct{ Controller, Answer, Scopes string }
	tabs[0].do(&service, `
		const answer = new Promise(resolve => { navigator.serviceWorker.addEventListener('message', event => { if (typeof event.data === 'string') resolve(event.data) }) })
		navigator.serviceWorker.controller.postMessage('hello')
		const registrations = await navigator.serviceWorker.getRegistrations()
		return {
			Controller: new URL(navigator.serviceWorker.controller.scriptURL).pathname,
			Answer: await answer,
			Scopes: registrations.map(r => new URL(r.scope).pathname).sort().join(' ')
		}`)
	if service.Controller != "/app-sw.js" || service.Answer != "the application: hello" || service.Scopes != "/ /dist/sharednode-ports/" {
		t.Errorf("beside the application's Service Worker: got %+v", service)
	}
}

// leaderLeaves are the ways in which the tab goes that runs the node.
var leaderLeaves = append(slices.Clone(leaves), leave{"reloaded", func(t *tab) { t.reload() }})

func TestLeaderGoes(t *testing.T) {
	once(t)
	for _, leave := range leaderLeaves {
		t.Run(leave.name, func(t *testing.T) {
			var w *world
			if leave.name == "crashed" {
				need(t, harness.PowerCrash)
				w = newWorld(t)
			} else {
				w = sharedWorld(t)
			}
			leader := w.page()
			before := leader.elected()
			others := []*tab{w.electedTab(), w.electedTab(), w.electedTab()}
			var cid string
			others[0].do(&cid, "return `${(await node.add(random(24 * MiB, 1))).cid}`")
			for _, other := range others {
				other.do(nil, "globalThis.reconnected = new Promise(resolve => node.addEventListener('reconnect', resolve))")
			}
			others[0].do(nil, `
				await new Promise((resolve, reject) => {
					globalThis.adding = node.add(stuck(4, 100), { progress: bytes => { if (bytes >= 2 * MiB) resolve() } })
					adding.catch(reject)
				})
				globalThis.adding = adding.then(() => 'added', e => e.code)`)
			others[1].do(nil, `
				globalThis.reading = node.cat(args[0])
				await reading.next()`, cid)

			leave.do(leader)
			var adding, reading string
			others[0].do(&adding, "return adding")
			others[1].do(&reading, "return drain(reading).then(() => 'read', e => e.code)")
			if adding != "worker-restarted" {
				t.Errorf("the add ended with %q", adding)
			}
			if reading != "read" {
				t.Errorf("the cat ended with %q", reading)
			}
			for _, other := range others {
				var after peer
				other.do(&after, "await reconnected; return { peerId: node.peerId, epoch: node.epoch }")
				if after.PeerID != before.PeerID || after.Epoch == before.Epoch {
					t.Errorf("got %+v after %+v; want the same node in another epoch", after, before)
				}
			}
			if leave.name == "reloaded" {
				leader.elected()
				others = append(others, leader)
			}
			wantOneWorker(w, others...)
			others[2].do(nil, "await check(args[0], random(24 * MiB, 1)); await node.add('more'); await verify()", cid)
		})
	}
}

// TestLeaderIsFrozen stops the process of the tab that runs the node. Nothing
// tells the others but that it is silent.
func TestLeaderIsFrozen(t *testing.T) {
	once(t)
	need(t, harness.PowerFreeze)
	w := newWorld(t)
	w.spyOnWorkers()
	watch := w.watch()
	leader := w.page()
	before := leader.elected()
	others := []*tab{w.electedTab(), w.electedTab()}
	var cid string
	others[0].do(&cid, "return `${(await node.add(random(2 * MiB, 1))).cid}`")
	others[1].do(nil, "globalThis.reconnected = new Promise(resolve => node.addEventListener('reconnect', resolve))")
	ctx, cancel := w.context()
	defer cancel()
	thaw, err := leader.Freeze(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = thaw() }() // where the test ends early
	start := time.Now()
	// The worker reads these when it goes on.
	others[1].do(nil, `
		globalThis.adding = Promise.all(Array.from({ length: 10 }, (_, i) => node.add(random(MiB, 10 + i))))
		adding.catch(() => {})`)
	var after peer
	others[1].do(&after, "await reconnected; return { peerId: node.peerId, epoch: node.epoch }")
	t.Logf("another tab runs the node after %v", time.Since(start).Round(time.Second))
	if after.PeerID != before.PeerID || after.Epoch == before.Epoch {
		t.Errorf("got %+v after %+v; want the same node in another epoch", after, before)
	}
	others[0].do(nil, "await check(args[0], random(2 * MiB, 1)); await node.add(random(MiB, 2))", cid)
	others[1].do(nil, "await adding")

	if err := thaw(); err != nil {
		t.Fatal(err)
	}
	w.eventually("the tab that was frozen uses the node that there is", func() bool {
		var epoch string
		leader.do(&epoch, "await node.isOnline(); return node.epoch")
		return epoch == after.Epoch
	})
	leader.do(nil, "await check(args[0], random(2 * MiB, 1)); await node.add(random(MiB, 3))", cid)
	wantOneWorker(w, leader, others[0], others[1])
	writes := slices.DeleteFunc(watch.uses(), func(u use) bool { return u.Mode != "readwrite" })
	wantOneAtATime(t, writes, 2)
	others[1].do(nil, "await verify()")
}

// spyOnWorkers has the package's workers tell what they do with the database.
func (w *world) spyOnWorkers() {
	w.t.Helper()
	dist, err := harness.Dist()
	if err != nil {
		w.t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(dist, "worker.js"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.File("/dist/worker.js", append([]byte(spy), script...))
}

// TestLeaderIsPutAside has the tab that runs the node leave its page and come
// back to it, in engines that keep it from the back/forward cache. Chromium keeps
// it only if nobody waits for a lock that it has, so not always beside another.
func TestLeaderIsPutAside(t *testing.T) {
	once(t)
	t.Run("beside another", func(t *testing.T) {
		w := sharedWorld(t)
		leader := w.page()
		before := leader.elected()
		other := w.electedTab()
		var cid string
		other.do(&cid, "return `${(await node.add(random(2 * MiB, 1))).cid}`")
		other.do(nil, "globalThis.reconnected = new Promise(resolve => node.addEventListener('reconnect', resolve))")
		back := leader.putAside()
		var after peer
		other.do(&after, "await reconnected; return { peerId: node.peerId, epoch: node.epoch }")
		if after.PeerID != before.PeerID || after.Epoch == before.Epoch {
			t.Errorf("got %+v after %+v; want the same node in another epoch", after, before)
		}
		if kept := back(); !kept {
			leader.elected()
		}
		leader.do(nil, "await check(args[0], random(2 * MiB, 1))", cid)
		wantOneWorker(w, leader, other)
		other.close()
		w.eventually("the tab that was put aside leads again", func() bool {
			var epoch string
			leader.do(&epoch, "await node.isOnline(); return node.epoch")
			return epoch != after.Epoch
		})
		leader.do(nil, "await check(args[0], random(2 * MiB, 1)); await verify()", cid)
	})
	t.Run("alone", func(t *testing.T) {
		w := sharedWorld(t)
		leader := w.page()
		before := leader.elected()
		var cid string
		leader.do(&cid, "return `${(await node.add(random(2 * MiB, 1))).cid}`")
		if kept := leader.putAside()(); !kept {
			leader.elected()
		}
		var after peer
		leader.do(&after, "await check(args[0], random(2 * MiB, 1)); return { peerId: node.peerId, epoch: node.epoch }", cid)
		if after.PeerID != before.PeerID || after.Epoch == before.Epoch {
			t.Errorf("got %+v after %+v; want the same node in another epoch", after, before)
		}
		wantOneWorker(w, leader)
	})
}

// putAside has the tab leave its page, and returns what has it come back, which
// tells whether the page had been kept, with all that it knew.
func (t *tab) putAside() (back func() bool) {
	t.w.t.Helper()
	t.w.server.File("/elsewhere.html", []byte("<!doctype html><title>elsewhere</title>"))
	t.do(nil, "globalThis.pageshow = new Promise(resolve => addEventListener('pageshow', event => resolve(event.persisted)))")
	ctx, cancel := t.w.context()
	defer cancel()
	if err := t.Navigate(ctx, t.w.server.Origin()+"/elsewhere.html"); err != nil {
		t.w.t.Fatal(err)
	}
	return func() (kept bool) {
		t.w.t.Helper()
		// Not at once: where the page does not answer first, WebKit never ends the
		// evaluation.
		_ = t.try(nil, "setTimeout(() => history.back(), 200)")
		t.w.eventually("the page is back", func() bool {
			return t.try(&kept, "if (!globalThis.random) throw new Error('not yet'); return globalThis.pageshow ?? false") == nil
		})
		t.w.t.Logf("kept in the back/forward cache: %v", kept)
		return kept
	}
}

// TestServiceWorkerOfTheElection: it is stopped at any time, and one version
// takes the place of another.
func TestServiceWorkerOfTheElection(t *testing.T) {
	once(t)
	w := sharedWorld(t)
	tabs := []*tab{w.electedTab(), w.electedTab()}
	var cid string
	tabs[1].do(&cid, "return `${(await node.add(random(MiB, 1))).cid}`")
	if c, ok := tabs[1].Tab.(*harness.ChromiumTab); ok { // which alone can be told to
		ctx, cancel := w.context()
		defer cancel()
		if err := c.StopServiceWorkers(ctx); err != nil {
			t.Fatal(err)
		}
		tabs[1].do(nil, "await check(args[0], random(MiB, 1))", cid)
		tabs = append(tabs, w.electedTab())
	}
	wantOneWorker(w, tabs...)

	var script string
	tabs[0].do(&script, "return (await fetch('/dist/port-sw.js')).text()")
	const next = `;self.addEventListener('message', event => { if (event.data === 'version') event.source.postMessage('next') })`
	w.server.File("/dist/port-sw.js", []byte(script+next))
	newer := w.electedTab()
	newer.do(nil, `
		const said = new Promise(resolve => { navigator.serviceWorker.addEventListener('message', event => { if (event.data === 'next') resolve() }) })
		const registration = await navigator.serviceWorker.getRegistration('/dist/sharednode-ports/')
		const asking = setInterval(() => registration.active.postMessage('version'), 100)
		await said
		clearInterval(asking)`)
	tabs = append(tabs, newer, w.electedTab())
	wantOneWorker(w, tabs...)
	tabs[len(tabs)-1].do(nil, "await check(args[0], random(MiB, 1))", cid)
}

func TestNoServiceWorkerForTheElection(t *testing.T) {
	once(t)
	w := sharedWorld(t)
	const remove = "Object.defineProperty(navigator, 'serviceWorker', { value: undefined })"
	alone := w.page()
	alone.do(nil, remove)
	alone.elected()
	alone.do(nil, "await node.add('a tab alone needs none')")
	for _, c := range []struct{ name, prepare, says string }{
		{"the leader", "", "the tab that runs the worker cannot be reached: no Service Worker here"},
		{"the tab", remove, "no Service Worker here"},
	} {
		other := w.page()
		other.do(nil, c.prepare)
		thrown := other.thrown("await open({ worker: 'dedicated', timeout: 60_000 })")
		if thrown.Code != "not-supported" || !strings.Contains(thrown.Message, c.says) {
			t.Errorf("without one for %s: got %v", c.name, thrown)
		}
		if c.prepare == "" {
			alone.close()
			alone = w.electedTab()
		}
		other.close()
	}
	if n := alone.sessions(); n != 1 {
		t.Errorf("%d sessions", n)
	}
}
