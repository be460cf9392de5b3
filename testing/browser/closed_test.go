package browser

import (
	"reflect"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// leave is a way in which a tab goes.
type leave struct {
	name string
	do   func(t *tab)
}

var leaves = []leave{
	{"closed", func(t *tab) { t.close() }},
	{"crashed", func(t *tab) {
		need(t.w.t, harness.PowerCrash)
		t.w.allow("the process ended")
		ctx, cancel := t.w.context()
		defer cancel()
		if err := t.Crash(ctx); err != nil {
			t.w.t.Fatal(err)
		}
	}},
	{"navigated away", func(t *tab) {
		ctx, cancel := t.w.context()
		defer cancel()
		if err := t.Navigate(ctx, "about:blank"); err != nil {
			t.w.t.Fatal(err)
		}
	}},
}

// kept is what a repo holds on to.
type kept struct {
	Objects int
	Size    int
	Pins    []string
}

func (t *tab) kept() (k kept) {
	t.w.t.Helper()
	t.do(&k, `
		const { numObjects, repoSize } = await node.repo.stat()
		return { Objects: numObjects, Size: repoSize, Pins: await pins() }`)
	return k
}

// gc collects garbage, and fails the test where that does not end.
func (t *tab) gc() (removed int) {
	t.w.t.Helper()
	t.do(&removed, "return (await collect(node.repo.gc({ timeout: 60_000 }))).filter(r => { if (r.err) throw r.err; return true }).length")
	return removed
}

func TestTabGoneInTheMiddleOfAnAdd(t *testing.T) {
	for _, leave := range leaves {
		t.Run(leave.name, func(t *testing.T) {
			w := sharedWorld(t)
			stays := w.tab()
			var cid string
			stays.do(&cid, "return `${(await node.add(random(2 * MiB, 1))).cid}`")
			stays.gc()
			before := stays.kept()

			leaves := w.tab()
			leaves.do(nil, `
				await new Promise((resolve, reject) => {
					node.add(stuck(12, 100), { progress: bytes => { if (bytes >= 8 * MiB) resolve() } }).catch(reject)
				})`)
			if n := stays.sessions(); n != 2 {
				t.Errorf("in the middle of it: %d sessions", n)
			}
			leave.do(leaves)
			w.eventually("the session is gone", func() bool { return stays.sessions() == 1 })

			if left := stays.kept(); left.Objects <= before.Objects {
				t.Errorf("nothing was half added: %+v after %+v", left, before)
			}
			stays.gc()
			if after := stays.kept(); !reflect.DeepEqual(after, before) {
				t.Errorf("after collecting garbage: got %+v; want %+v", after, before)
			}
			stays.do(nil, "await check(args[0], random(2 * MiB, 1)); await node.add(random(MiB, 7))", cid)
		})
	}
}

func TestTabGoneInTheMiddleOfACat(t *testing.T) {
	for _, leave := range leaves {
		t.Run(leave.name, func(t *testing.T) {
			w := sharedWorld(t)
			stays := w.tab()
			var cid string
			stays.do(&cid, "return `${(await node.add(random(24 * MiB, 1))).cid}`")
			before := stays.kept()

			leaves := w.tab()
			leaves.do(nil, `
				globalThis.reading = node.cat(args[0])
				await reading.next()`, cid)
			if n := stays.calls("cat"); n != 1 {
				t.Errorf("in the middle of it: %d calls", n)
			}
			leave.do(leaves)
			w.eventually("the session is gone", func() bool { return stays.sessions() == 1 })

			if removed := stays.gc(); removed != 0 {
				t.Errorf("%d blocks of what is pinned were removed", removed)
			}
			if after := stays.kept(); !reflect.DeepEqual(after, before) {
				t.Errorf("got %+v; want %+v", after, before)
			}
			stays.do(nil, "await check(args[0], random(24 * MiB, 1))", cid)
		})
	}
}

func TestGarbageCollectionBesideAdds(t *testing.T) {
	w := sharedWorld(t)
	collector := w.tab()
	adds := []struct {
		*tab

		count, size, seed int
	}{
		{w.tab(), 12, 4 << 20, 1000},
		{w.tab(), 150, 1 << 10, 5000},
	}
	var adders []*tab
	for _, a := range adds {
		adders = append(adders, a.tab)
		a.do(nil, `
			globalThis.cids = []
			globalThis.adding = (async () => {
				for (let i = 0; i < args[0]; i++) cids.push((await node.add(random(args[1], args[2] + i))).cid)
			})()
			adding.catch(() => {})`, a.count, a.size, a.seed)
	}
	finished := make(chan error, 1)
	go func() {
		finished <- together(adders, func(_ int, t *tab) error { return t.try(nil, "await adding") })
	}()
	rounds := 0
	for adding := true; adding; {
		select {
		case err := <-finished:
			if err != nil {
				t.Fatal(err)
			}
			adding = false
		default:
			collector.gc()
			rounds++
		}
	}
	if rounds < 2 {
		t.Errorf("garbage was collected %d times beside the adds", rounds)
	}
	want := 0
	for _, a := range adds {
		want += a.count
		a.do(nil, "for (let i = 0; i < cids.length; i++) await check(cids[i], random(args[0], args[1] + i))", a.size, a.seed)
	}
	collector.do(nil, "await verify()")
	if k := collector.kept(); len(k.Pins) != want {
		t.Errorf("got %d pins; want %d", len(k.Pins), want)
	}
}
