package browser

import "testing"

func TestFailedBootReachesEveryTab(t *testing.T) {
	for _, c := range []struct{ name, path string }{
		{"no program", "/dist/node.wasm"},
		{"no script", "/dist/worker.js"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := sharedWorld(t)
			w.allow("404 (Not Found)")
			w.allow("Failed to fetch a worker script")
			w.allow("was blocked because of a disallowed MIME type") // Firefox, of a dedicated worker
			tabs := []*tab{w.page(), w.page(), w.page()}
			w.server.Break(c.path, 404)
			const connect = "return open({ timeout: 60_000 }).then(() => 'connected', e => e.code)"
			codes := make([]string, len(tabs))
			if err := together(tabs, func(i int, t *tab) error { return t.try(&codes[i], connect) }); err != nil {
				t.Fatal(err)
			}
			for i, code := range codes {
				if code != "worker-failed" {
					t.Errorf("tab %d: %s", i+1, code)
				}
			}
			w.server.Mend(c.path)
			var first peer
			tabs[0].do(&first, "return open()")
			if second := tabs[1].open(); second != first {
				t.Errorf("got %+v; want %+v", second, first)
			}
			tabs[2].open()
			tabs[2].do(nil, "await node.add('it works')")
		})
	}
}

func TestConfigurationInConflict(t *testing.T) {
	w := sharedWorld(t)
	first, second := w.page(), w.page()
	first.do(nil, "await open({ config: { storageMax: 500_000_000 } })")
	thrown := second.thrown("await open({ config: { storageMax: 1000 } })")
	fields, _ := thrown.Details["fields"].(map[string]any)
	field, _ := fields["storageMax"].(map[string]any)
	if thrown.Code != "config-conflict" || field["wanted"] != 1000.0 || field["running"] != 500_000_000.0 {
		t.Errorf("got %v with %v", thrown, thrown.Details)
	}
	var warned string
	second.do(&warned, `
		await open({ config: { storageMax: 1000 }, onConflict: 'join' })
		return new Promise(resolve => node.addEventListener('warning', e => resolve(e.detail.code)))`)
	if warned != "config-conflict" {
		t.Errorf("joining warned of %q", warned)
	}
	var max int
	second.do(&max, "return node.config.storageMax")
	if max != 500_000_000 {
		t.Errorf("the second tab is told that storageMax is %d", max)
	}
}
