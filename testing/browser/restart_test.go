package browser

import (
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
