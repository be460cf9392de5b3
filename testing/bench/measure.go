package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// outcome is what a piece of work in a page gives back.
type outcome struct {
	Figures map[string]float64 `json:"figures"`
	CIDs    []string           `json:"cids"`
}

// A run is one system in one repetition.
type run struct {
	System  string             `json:"system"`
	Rep     int                `json:"rep"`
	Order   int                `json:"order"` // its turn in the repetition
	Load    string             `json:"load"`  // the machine's, before it
	Figures map[string]float64 `json:"figures"`

	cids map[string][]string // by work
}

// A bencher measures systems over pages of one server.
type bencher struct {
	server *harness.Server
	kubo   *peers.Kubo // nil if nothing is to be fetched from it
	want   func(work string) bool
	ways   []string // of misbehaving to measure, all if empty
}

// tabCounts are the numbers of tabs at which memory is looked at.
var tabCounts = []int{1, 2, 8}

// settle is how long a browser is left alone before something is measured: it
// goes on with its own start, and with clearing up, for a while.
const settle = 2 * time.Second

// patience is how long a system may take for all of its work: peers are known
// to hang.
const patience = 10 * time.Minute

// measure does all the work once with one system, each time in a fresh profile.
func (b *bencher) measure(ctx context.Context, s system, rep int, work []job, blank map[int]float64) (*run, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r := &run{System: s.name, Rep: rep, Load: loadAverage(), Figures: map[string]float64{}, cids: map[string][]string{}}
	if err := b.measureWork(ctx, s, r, work, blank); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	if b.want("start") {
		if err := b.measureAgain(ctx, s, r); err != nil {
			return nil, fmt.Errorf("%s: start again: %w", s.name, err)
		}
	}
	if s.name == ours && b.want("messages") {
		if err := b.measureMessages(ctx, r); err != nil {
			return nil, fmt.Errorf("%s: messages: %w", s.name, err)
		}
	}
	if s.name == ours && b.want("isolation") {
		if err := b.measureIsolation(ctx, r); err != nil {
			return nil, fmt.Errorf("%s: isolation: %w", s.name, err)
		}
	}
	if s.watched() && b.want("bounded") {
		if err := b.measureBounded(ctx, s, r); err != nil {
			return nil, fmt.Errorf("%s: bounded: %w", s.name, err)
		}
	}
	if s.name == ours && b.want("growth") {
		if err := b.measureGrowth(ctx, r); err != nil {
			return nil, fmt.Errorf("%s: growth: %w", s.name, err)
		}
	}
	if !b.want("memory") {
		return r, nil
	}
	used, err := b.memoryByTabs(ctx, b.page(s))
	if err != nil {
		return nil, fmt.Errorf("%s: memory: %w", s.name, err)
	}
	above := func(n int) float64 { return used[n] - blank[n] }
	for _, n := range tabCounts {
		r.Figures[fmt.Sprintf("memory.tabs%d", n)] = above(n)
	}
	r.Figures["memory.tab"] = (above(8) - above(1)) / 7
	return r, nil
}

func (b *bencher) page(s system) string { return b.server.Origin() + "/" + s.name + ".html" }

// measureWork opens a system in one tab, a second beside it for a moment, and
// does the work in the first.
func (b *bencher) measureWork(ctx context.Context, s system, r *run, work []job, blank map[int]float64) error {
	return withBrowser(ctx, func(browser *harness.Chromium) error {
		tab, err := b.start(ctx, browser, s, r, "cold")
		if err != nil {
			return err
		}
		second, err := b.start(ctx, browser, s, r, "second")
		if err != nil {
			return err
		}
		if err := second.Close(); err != nil {
			return err
		}
		for _, j := range work {
			var o outcome
			do := func() error {
				return tab.Eval(ctx, &o, "return bench.run(args[0], args[1])", j.name, j.options)
			}
			if j.watched {
				pids := func() []int { return harness.WithoutUI(harness.Processes(browser.PID())) }
				before, most, err := harness.PeakMemory(pids, do)
				if err != nil {
					return fmt.Errorf("%s, watched: %w", j.work, err)
				}
				r.Figures[j.work+".memory"] = mebibytes(most - before)
				continue
			}
			if err := do(); err != nil {
				return fmt.Errorf("%s: %w", j.work, err)
			}
			r.take(j.work, o)
			if err := j.after(ctx, r, o); err != nil {
				return fmt.Errorf("%s: %w", j.work, err)
			}
		}
		if b.want("memory") {
			used, err := memory(ctx, browser)
			if err != nil {
				return err
			}
			r.Figures["memory.used"] = used - blank[1]
		}
		return nil
	})
}

// measureAgain starts a system in a browser that has had it before: its program
// is in the cache, its repo is there.
func (b *bencher) measureAgain(ctx context.Context, s system, r *run) error {
	profile, err := os.MkdirTemp("", "sharednode-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile) //nolint:errcheck // the system clears its temporary files
	for range 2 {
		err := withBrowserOf(ctx, profile, func(browser *harness.Chromium) error {
			if _, err := b.start(ctx, browser, s, r, "again"); err != nil {
				return err
			}
			if err := wait(ctx, settle); err != nil { // for what it keeps of the program
				return err
			}
			return browser.Close(ctx)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// openTab opens a system in a tab that has then done its start.
func (b *bencher) openTab(ctx context.Context, browser *harness.Chromium, s system) (*harness.ChromiumTab, error) {
	tab, err := browser.OpenTab(ctx, b.page(s))
	if err != nil {
		return nil, err
	}
	return tab, tab.Eval(ctx, nil, "await bench.start()")
}

// start opens the system in a tab and takes its figure under name.
func (b *bencher) start(ctx context.Context, browser *harness.Chromium, s system, r *run, name string) (*harness.ChromiumTab, error) {
	tab, err := browser.OpenTab(ctx, b.page(s))
	if err != nil {
		return nil, err
	}
	var o outcome
	if err := tab.Eval(ctx, &o, "return bench.start()"); err != nil {
		return nil, fmt.Errorf("%s start: %w", name, err)
	}
	o.Figures = map[string]float64{name: o.Figures["ms"]}
	r.take("start", o)
	return tab, nil
}

func (r *run) take(work string, o outcome) {
	for name, value := range o.Figures {
		r.Figures[work+"."+name] = value
	}
	r.cids[work] = o.CIDs
}

// memoryByTabs returns how much a browser takes, in MiB, with a page open in so
// many tabs. A page that offers work has done its start by then.
func (b *bencher) memoryByTabs(ctx context.Context, url string) (map[int]float64, error) {
	used := map[int]float64{}
	err := withBrowser(ctx, func(browser *harness.Chromium) error {
		opened := 0
		for _, n := range tabCounts {
			for ; opened < n; opened++ {
				tab, err := browser.OpenTab(ctx, url)
				if err != nil {
					return err
				}
				if err := tab.Eval(ctx, nil, "await globalThis.bench?.start()"); err != nil {
					return err
				}
			}
			var err error
			if used[n], err = memory(ctx, browser); err != nil {
				return err
			}
		}
		return nil
	})
	return used, err
}

// memory returns what the browser takes in MiB once what is garbage in its pages
// and workers is collected, without its own windows.
func memory(ctx context.Context, browser *harness.Chromium) (float64, error) {
	if err := browser.CollectGarbage(ctx); err != nil {
		return 0, err
	}
	if err := wait(ctx, settle); err != nil {
		return 0, err
	}
	bytes, err := harness.MemoryOf(harness.WithoutUI(harness.Processes(browser.PID())))
	return mebibytes(bytes), err
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }

// withBrowser runs f with a browser in a fresh profile.
func withBrowser(ctx context.Context, f func(*harness.Chromium) error) error {
	profile, err := os.MkdirTemp("", "sharednode-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile) //nolint:errcheck // the system clears its temporary files
	return withBrowserOf(ctx, profile, f)
}

// withBrowserOf runs f with a browser in a profile.
func withBrowserOf(ctx context.Context, profile string, f func(*harness.Chromium) error) error {
	browser, err := harness.LaunchChromium(ctx, harness.Options{Profile: profile, Quiet: true})
	if err != nil {
		return err
	}
	defer browser.Kill() //nolint:errcheck // it may have ended by itself
	if err := wait(ctx, settle); err != nil {
		return err
	}
	if err := f(browser); err != nil {
		return fmt.Errorf("%w%s", err, said(browser))
	}
	return nil
}

// said returns what a browser's pages complained of, to go with an error.
func said(browser *harness.Chromium) string {
	text := ""
	for _, m := range browser.Messages() {
		if m.Problem() {
			text += "\n\t" + m.String()
		}
	}
	return text
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
