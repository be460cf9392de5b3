package browser

import (
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

func TestFullDisk(t *testing.T) {
	only(t, harness.EngineChromium, "the quota of others cannot be set")
	w := newWorld(t)
	browser := w.chromium()
	origin := w.server.Origin()
	// Before the database is first used: Chromium goes on for half a minute with
	// what it once found to be free.
	if err := browser.SetQuota(t.Context(), origin, 48<<20); err != nil {
		t.Fatal(err)
	}
	a, b := w.tab(), w.tab()
	const fill = `
		globalThis.added = []
		for (let i = 0; i < 40; i++) {
			try {
				added.push((await node.add(random(3 * MiB, args[0] + i))).cid)
			} catch (e) {
				return e.code
			}
		}
		return 'never full'`
	codes := make([]string, 2)
	if err := together([]*tab{a, b}, func(i int, t *tab) error { return t.try(&codes[i], fill, 100*i) }); err != nil {
		t.Fatal(err)
	}
	var acknowledged int
	for i, tab := range []*tab{a, b} {
		if codes[i] != "storage-full" {
			t.Errorf("tab %d: the add that found no room ended with %q", i, codes[i])
		}
		var n int
		tab.do(&n, `
			for (let i = 0; i < added.length; i++) await check(added[i], random(3 * MiB, args[0] + i))
			return added.length`, 100*i)
		acknowledged += n
	}
	if acknowledged == 0 {
		t.Error("nothing was added before the disk was full")
	}
	if thrown := a.thrown("for (let i = 0; i < 10; i++) await node.block.put(random(2 * MiB, 900 + i))"); thrown.Code != "storage-full" {
		t.Errorf("block.put: got %v", thrown)
	}
	a.do(nil, "await verify()")

	if err := browser.SetQuota(t.Context(), origin, 400<<20); err != nil {
		t.Fatal(err)
	}
	var cid string
	b.do(&cid, "return `${(await node.add(random(20 * MiB, 500))).cid}`")
	a.gc()
	a.do(nil, "await check(args[0], random(20 * MiB, 500)); await verify()", cid)
	if k := a.kept(); len(k.Pins) != acknowledged+1 {
		t.Errorf("got %d pins; want those of the %d files acknowledged", len(k.Pins), acknowledged+1)
	}
	for i, tab := range []*tab{a, b} {
		tab.do(nil, "for (let i = 0; i < added.length; i++) await check(added[i], random(3 * MiB, args[0] + i))", 100*i)
	}
}
