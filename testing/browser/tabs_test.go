package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

func TestTabsShareOneNode(t *testing.T) {
	w := sharedWorld(t)
	first := w.page()
	one := first.open()
	second, third := w.page(), w.page()
	for i, p := range []peer{second.open(), third.open()} {
		if p != one {
			t.Errorf("tab %d: got %+v; want %+v as the first", i+2, p, one)
		}
	}
	if c, ok := w.browser.(*harness.Chromium); ok { // which alone tells
		workers, err := c.Workers(t.Context())
		own := slices.DeleteFunc(workers, func(url string) bool { return !strings.HasPrefix(url, w.server.Origin()) })
		want := 1
		if workerMode() == "dedicated" {
			want = 0
		}
		if err != nil || len(own) != want {
			t.Errorf("shared workers: %v, %v; want %d", own, err, want)
		}
	}
	if n := first.sessions(); n != 3 {
		t.Errorf("got %d sessions; want 3", n)
	}

	var cid string
	first.do(&cid, "return `${(await node.add(new Blob([random(3 * MiB, 1)]))).cid}`")
	second.do(nil, "await check(args[0], random(3 * MiB, 1))", cid)
	third.do(nil, "await check(args[0], random(3 * MiB, 1).subarray(MiB - 5, MiB + 5), {offset: MiB - 5, length: 10})", cid)

	second.close()
	third.do(nil, "await node.close()")
	w.eventually("the closed tab's session and the closed client's are gone", func() bool { return first.sessions() == 1 })
}

func TestEightTabsAddAndReadAtOnce(t *testing.T) {
	w := sharedWorld(t)
	tabs := make([]*tab, 8)
	for i := range tabs {
		tabs[i] = w.tab()
	}
	const add = `
		const cids = []
		await Promise.all([3, 0.5, 2, 0.001].map(async (size, i) => {
			cids[i] = (await node.add(random(Math.floor(size * MiB), args[0] + i))).cid.toString()
		}))
		for await (const { path, cid } of node.addAll(['4', '5'].map(path => ({ path, content: path + args[0] })))) cids[path] = cid.toString()
		return cids`
	cids := make([][]string, len(tabs))
	if err := together(tabs, func(i int, t *tab) error { return t.try(&cids[i], add, 100*i) }); err != nil {
		t.Fatal(err)
	}
	const read = `
		await Promise.all([3, 0.5, 2, 0.001].map((size, i) => check(args[0][i], random(Math.floor(size * MiB), args[1] + i))))
		await check(args[0][4], new TextEncoder().encode('4' + args[1]))`
	if err := together(tabs, func(i int, t *tab) error {
		for k := range tabs {
			from := (i + k) % len(tabs)
			if err := t.try(nil, read, cids[from], 100*from); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var pinned, checked int
	tabs[0].do(&pinned, "return (await pins()).length")
	tabs[7].do(&checked, "return verify()")
	if pinned != 8*6 {
		t.Errorf("got %d pins; want all %d files", pinned, 8*6)
	}
	if checked < pinned {
		t.Errorf("only %d blocks", checked)
	}
}

func TestReloadOfTheOnlyTab(t *testing.T) {
	w := sharedWorld(t)
	only := w.page()
	before := only.open()
	var cid string
	only.do(&cid, "return `${(await node.add(random(2 * MiB, 1))).cid}`")
	for range 3 {
		only.reload()
		if after := only.open(); after.PeerID != before.PeerID {
			t.Fatalf("PeerId %s became %s", before.PeerID, after.PeerID)
		}
		only.do(nil, "await check(args[0], random(2 * MiB, 1))", cid)
		if n := only.sessions(); n != 1 {
			t.Errorf("got %d sessions", n)
		}
	}
}

func TestWorkerDiesWithTheTabThatHoldsIt(t *testing.T) {
	need(t, harness.PowerCrash)
	w := sharedWorld(t)
	w.allow("the process ended")
	holder := w.page()
	before := holder.open()
	other := w.tab()
	var cid string
	other.do(&cid, "return `${(await node.add(random(2 * MiB, 1))).cid}`")
	other.do(nil, `
		globalThis.reconnected = new Promise(resolve => node.addEventListener('reconnect', resolve))
		globalThis.adding = node.add(stuck(2, 50)).then(() => 'added', e => e.code)`)
	if err := holder.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	var code string
	var after peer
	other.do(&code, "return adding")
	other.do(&after, "await reconnected; return {peerId: node.peerId, epoch: node.epoch}")
	if code != "worker-restarted" {
		t.Errorf("the call in flight ended with %q", code)
	}
	if after.PeerID != before.PeerID || after.Epoch == before.Epoch {
		t.Errorf("got %+v after %+v; want the same node in another epoch", after, before)
	}
	other.do(nil, "await check(args[0], random(2 * MiB, 1)); await verify()", cid)
}
