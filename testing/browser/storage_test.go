package browser

import (
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// TestFullRepoGoesOn goes on with a full disk: what is there can be read, and
// unpinned and collected, and then there is room again. Nothing warns of it:
// whatever the quota, Chromium's estimate is that 10 GiB are left.
func TestFullRepoGoesOn(t *testing.T) {
	only(t, harness.EngineChromium, "the quota of others cannot be set")
	w := newWorld(t)
	if err := w.chromium().SetQuota(t.Context(), w.server.Origin(), 40<<20); err != nil {
		t.Fatal(err)
	}
	tab := w.page()
	tab.do(nil, "await open({ config: { storageGCWatermark: 95 } })")
	fillAndUnpin := func(seed int) {
		t.Helper()
		var code string
		tab.do(&code, `
			globalThis.added = []
			for (let i = 0; i < 60; i++) {
				try {
					added.push((await node.add(random(2 * MiB, args[0] + i))).cid)
				} catch (e) {
					return e.code
				}
			}
			return 'never full'`, seed)
		if code != "storage-full" {
			t.Fatalf("the add that found no room ended with %q", code)
		}
		tab.do(nil, `
			if (added.length < 4) throw new Error('only ' + added.length + ' files fit')
			for (let i = 0; i < added.length; i++) await check(added[i], random(2 * MiB, args[0] + i))
			for (const cid of added) await node.pin.rm(cid)`, seed)
	}
	addAndCheck := func(seed int) {
		t.Helper()
		tab.do(nil, `
			const { cid } = await node.add(random(3 * MiB, args[0]))
			await check(cid, random(3 * MiB, args[0]))
			await verify()
			await node.pin.rm(cid)`, seed)
	}
	fillAndUnpin(0)
	tab.gc()
	addAndCheck(900)
	fillAndUnpin(100)
	addAndCheck(901) // the watermark has garbage collected
}

// TestDatabaseDeleted takes the database away under a worker at work. Its calls
// end, and the client goes on with a new repo, which is another node.
func TestDatabaseDeleted(t *testing.T) {
	w := newWorld(t)
	w.allow("the repo was closed")
	ways := []struct {
		name string
		do   func(page *tab)
	}{
		{"by a page", func(page *tab) {
			page.do(nil, `
				await new Promise((resolve, reject) => {
					const request = indexedDB.deleteDatabase('sharednode:default')
					request.onsuccess = resolve
					request.onerror = () => reject(request.error)
				})`)
		}},
	}
	if browser, ok := w.browser.(*harness.Chromium); ok {
		ways = append(ways, struct {
			name string
			do   func(page *tab)
		}{"by clearing the site's data", func(page *tab) {
			if err := browser.ClearOrigin(page.w.t.Context(), page.w.server.Origin()); err != nil {
				page.w.t.Fatal(err)
			}
		}})
	}
	tab, page := w.page(), w.page()
	before := tab.open()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			tab.do(nil, `
				globalThis.lost = (await node.add(random(MiB, 1))).cid
				globalThis.ended = new Promise(resolve => {
					node.add(stuck(6, 100)).then(() => resolve('done'), e => resolve(e.code))
				})
				globalThis.told = new Promise(resolve => {
					node.addEventListener('warning', e => { if (e.detail.code === 'repo-lost') resolve() })
				})
				globalThis.again = new Promise(resolve => {
					node.addEventListener('reconnect', e => resolve(e.detail), { once: true })
				})`)
			way.do(page)
			var code string
			tab.do(&code, "return ended")
			if code != "storage-closed" && code != "worker-restarted" {
				t.Errorf("the add under way ended with %q", code)
			}
			var after peer
			tab.do(&after, "const { peerId, epoch } = await again; return { peerId, epoch }")
			if after.Epoch == before.Epoch || after.PeerID == before.PeerID {
				t.Errorf("got %+v after %+v; want a new node", after, before)
			}
			before = after
			tab.do(nil, "await told")
			if thrown := tab.thrown("await drain(node.cat(lost, { timeout: 20_000, offline: true }))"); thrown.Code != "not-found" {
				t.Errorf("what was in the old repo: got %v", thrown)
			}
			tab.do(nil, `
				const { cid } = await node.add(random(MiB, 2))
				await check(cid, random(MiB, 2))`)
		})
	}
}

// TestDatabaseOfANewerVersion is refused until it is gone, and left as it is.
func TestDatabaseOfANewerVersion(t *testing.T) {
	w := newWorld(t)
	w.allow("made by a newer version")
	page := w.page()
	page.do(nil, `
		await new Promise((resolve, reject) => {
			const request = indexedDB.open('sharednode:default', 99)
			request.onupgradeneeded = () => request.result.createObjectStore('blocks').put('theirs', 'key')
			request.onsuccess = () => { request.result.close(); resolve() }
			request.onerror = () => reject(request.error)
		})`)
	thrown := page.thrown("await open()")
	if thrown.Code != "not-supported" || thrown.Details["repo"] != "sharednode:default" {
		t.Errorf("got %v, details %v", thrown, thrown.Details)
	}
	var left string
	page.do(&left, `
		return new Promise((resolve, reject) => {
			const request = indexedDB.open('sharednode:default')
			request.onsuccess = () => {
				const db = request.result
				db.transaction('blocks').objectStore('blocks').get('key').onsuccess = e => {
					db.close()
					indexedDB.deleteDatabase('sharednode:default').onsuccess = () => resolve(e.target.result)
				}
			}
			request.onerror = () => reject(request.error)
		})`)
	if left != "theirs" {
		t.Errorf("what the newer version kept is %q", left)
	}
	page.do(nil, "await open(); await node.add('hello')")
}

// TestPersist: nothing waits for the browser's answer, and a no is told.
func TestPersist(t *testing.T) {
	w := sharedWorld(t)
	page := w.page()
	page.do(nil, `
		await open({ persist: true })
		globalThis.told = new Promise(resolve => {
			node.addEventListener('warning', e => { if (e.detail.code === 'not-persisted') resolve(e.detail.details.reason) })
		})
		await node.add('hello')`)
	want := map[harness.Engine]string{
		harness.EngineChromium: "refused",
		harness.EngineWebKit:   "unsupported",
	}[engine()]
	if want == "" {
		return // Firefox asks the person, who is not there
	}
	var reason string
	page.do(&reason, "return told")
	if reason != want {
		t.Errorf("told that persistence is %q; want %q", reason, want)
	}
}
