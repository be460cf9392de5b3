package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// faulty is the URL of a worker whose program breaks.
const faulty = "/dist/worker.js#/faulty.wasm"

// serveFaulty builds that program and serves it.
func (w *world) serveFaulty() {
	w.t.Helper()
	name := filepath.Join(w.t.TempDir(), "faulty.wasm")
	build := exec.CommandContext(w.t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", name, "./faulty")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		w.t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.File("/faulty.wasm", program)
	for _, words := range []string{"panic: ", "fatal error: ", "goroutine", "panic in a handler", "RuntimeError", "out of bounds"} {
		w.allow(words)
	}
}

func TestWorkerCrashes(t *testing.T) {
	w := sharedWorld(t)
	w.serveFaulty()
	caller, other := w.page(), w.page()
	for _, tab := range []*tab{caller, other} {
		tab.do(nil, `
			await open({ workerURL: args[0] })
			globalThis.reconnects = 0
			node.addEventListener('reconnect', () => reconnects++)`, faulty)
	}
	other.do(nil, "globalThis.heard = await listen('topic')")
	told := 0

	for _, c := range []struct {
		name, call string
		words      string // the last ones; none: it can say nothing
	}{
		{"a panic in a goroutine", "node.repo.version()", "panic: in a goroutine"},
		{"an exit", "node.swarm.addrs()", "exit 3"},
		{"out of memory", "node.swarm.peers()", "out of memory"},
		{"a trap", "node.bitswap.stat()", "out of bounds"},
		{"the end of the worker alone", "node.swarm.localAddrs()", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before peer
			other.do(&before, "return { epoch: node.epoch }")
			var got struct{ Code, Message, Cause string }
			caller.do(&got, `
				return `+c.call+`.then(() => ({ code: 'none' }), e => ({ code: e.code, message: e.message, cause: e.cause?.code }))`)
			if got.Code != "worker-restarted" || !strings.Contains(strings.ToLower(got.Message), c.words) {
				t.Errorf("the call that broke it: got %+v; want worker-restarted with %q", got, c.words)
			}
			if c.words != "" && got.Cause != "worker-crashed" {
				t.Errorf("the cause: got %q; want worker-crashed", got.Cause)
			}
			w.eventually("the other tab has another worker", func() bool {
				var after peer // not yet where the call dies with the worker
				err := other.try(&after, "return { epoch: (await node.status()).worker.epoch }")
				return err == nil && after.Epoch != before.Epoch
			})
			told++
			w.eventually("and its subscription", func() bool {
				other.do(nil, "await node.pubsub.publish('topic', args[0])", c.name)
				var heard heard
				other.do(&heard, "return heard")
				return len(heard.Texts) > 0 && heard.Texts[len(heard.Texts)-1] == c.name
			})
		})
	}
	var reconnects int
	other.do(&reconnects, "return reconnects")
	if reconnects < told {
		t.Errorf("the other tab was told of %d new workers; want %d or more", reconnects, told)
	}
}

// TestPanicInACall: what Go can recover from costs one call and no more.
func TestPanicInACall(t *testing.T) {
	w := sharedWorld(t)
	w.serveFaulty()
	page := w.page()
	page.do(nil, "await open({ workerURL: args[0] })", faulty)
	for _, c := range []struct{ call, words string }{
		{"node.repo.stat()", "panic: in a handler"},
		{"collect(node.repo.verify())", "panic: in an iterator"},
	} {
		thrown := page.thrown("await " + c.call)
		if thrown.Code != "internal" || !strings.Contains(thrown.Message, c.words) {
			t.Errorf("%s: got %v; want internal with %q", c.call, thrown, c.words)
		}
	}
	var same bool
	page.do(&same, "return (await node.status()).worker.epoch === node.epoch")
	if !same {
		t.Error("the worker is another")
	}
}

// TestProgramThatHangs: it is never given up for being slow, but makes way for a
// newer one.
func TestProgramThatHangs(t *testing.T) {
	for _, how := range []string{"hangs", "opens-for-ever"} {
		t.Run(how, func(t *testing.T) {
			w := sharedWorld(t)
			w.serveFaulty()
			w.deploy("/b/", "9.0.0")
			stuck := w.page()
			thrown := stuck.thrown("await open({ workerURL: args[0], timeout: 2000 })", faulty+"?"+how)
			if thrown.Code != "timeout" {
				t.Errorf("got %v; want timeout", thrown)
			}
			stuck.do(nil, `
				globalThis.connecting = open({ workerURL: args[0] })
				connecting.catch(() => {})`, faulty+"?"+how)
			newer := w.deployed("/b/", "auto")
			var came peer
			stuck.do(&came, "return connecting")
			if want := newer.place(); came.Epoch != want.Epoch || came.PeerID != want.PeerID {
				t.Errorf("the tab that waited has %+v; want %+v", came, want)
			}
		})
	}
}
