package harness_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// TestEngines asks of every engine what Browser and Tab promise.
func TestEngines(t *testing.T) {
	for _, engine := range harness.Engines {
		t.Run(string(engine), func(t *testing.T) {
			profile := t.TempDir()
			server := serve(t)
			url := server.Origin() + "/page.html"
			b := launchEngine(t, engine, profile)
			first, second := open(t, b, url), open(t, b, url)
			for i, tab := range []harness.Tab{first, second, first} {
				if got := ask(t, tab, ""); got != i+1 {
					t.Errorf("message %d: the worker has counted %d", i+1, got)
				}
			}
			store(t, second, "v")
			if err := second.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := stored(t, second); got != "v" {
				t.Errorf("after a reload: got %q", got)
			}
			with(t, engine, harness.PowerConsole, func() { console(t, b, first) })
			with(t, engine, harness.PowerCrash, func() { crash(t, b, first, url) })
			if err := open(t, b, url).Close(); err != nil {
				t.Error(err)
			}
			if err := b.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			with(t, engine, harness.PowerProfile, func() { lasts(t, engine, profile, url) })
		})
	}
}

// with runs f if the engine has a power.
func with(t *testing.T, engine harness.Engine, power harness.Power, f func()) {
	t.Helper()
	if why := engine.Lacks(power); why != "" {
		t.Logf("without %s: %s", power, why)
		return
	}
	f()
}

func console(t *testing.T, b harness.Browser, tab harness.Tab) {
	t.Helper()
	ask(t, tab, "log")
	if err := tab.Eval(t.Context(), nil, `setTimeout(() => { throw new Error('from the page') })`); err != nil {
		t.Fatal(err)
	}
	waitForText(t, b, "error", "logged by the worker")
	waitForText(t, b, "exception", "from the page")
}

func crash(t *testing.T, b harness.Browser, tab harness.Tab, url string) {
	t.Helper()
	if err := tab.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, open(t, b, url), ""); got == 0 {
		t.Error("no worker answers after a crash")
	}
}

func lasts(t *testing.T, engine harness.Engine, profile, url string) {
	t.Helper()
	b := launchEngine(t, engine, profile)
	if got := stored(t, open(t, b, url)); got != "v" {
		t.Errorf("after Close: got %q", got)
	}
	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, open(t, launchEngine(t, engine, profile), url)); got != "v" {
		t.Errorf("after Kill: got %q", got)
	}
}

func launchEngine(t *testing.T, engine harness.Engine, profile string) harness.Browser {
	t.Helper()
	b, err := harness.Launch(t.Context(), engine, harness.Options{Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Kill() })
	return b
}

// store keeps a value in IndexedDB.
func store(t *testing.T, tab harness.Tab, value string) {
	t.Helper()
	if err := tab.Eval(t.Context(), nil, `await keep(args[0])`, value); err != nil {
		t.Fatal(err)
	}
}

func stored(t *testing.T, tab harness.Tab) (value string) {
	t.Helper()
	if err := tab.Eval(t.Context(), &value, `return await kept()`); err != nil {
		t.Fatal(err)
	}
	return value
}

// waitForText waits until something was said at a level.
func waitForText(t *testing.T, b harness.Browser, level, text string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		for _, m := range b.Messages() {
			if m.Level == level && strings.Contains(m.Text, text) {
				return
			}
		}
	}
	t.Errorf("no %s like %q in %v", level, text, b.Messages())
}
