package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/profiler"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

const (
	// workers is how many tabs work beside the one that misbehaves.
	workers = 7
	// warmUp is how long they have worked before they are watched: a browser goes on
	// for a while with what it does at its start.
	warmUp = 10 * time.Second
	// stint is how long they are watched at a time.
	stint = 1500 * time.Millisecond
	// ramp is how long a misbehaviour has had its way before they are, and lull how
	// long it has been over.
	ramp = 300 * time.Millisecond
	lull = time.Second
)

// misbehaviours are the ways of testing/browser/testdata/misbehave.js. The last
// three have nothing to do with the node: they show what a page takes from others
// by keeping the machine or the browser busy.
var misbehaviours = []string{
	"calls",
	"unknownCalls",
	"status",
	"callsUnawaited",
	"uploadsNeverClosed",
	"tenThousandStreams",
	"neverReads",
	"neverReadsFiles",
	"endlessCredit",
	"readsAll",
	"subscribes",
	"rooms",
	"handles",
	"publishes",
	"adds",
	"blocks",
	"collects",
	"verifies",
	"counts",
	"lists",
	"logs",
	"levels",
	"cancels",
	"cancelsOfOld",
	"dataForOld",
	"pings",
	"garbage",
	"hugeFrames",
	"hugeHello",
	"portsUngreeted",
	"portsGreeted",
	"endedPort",
	"portsElsewhere",
	"hugeElsewhere",
	"spins",
}

// isolationFigures are a row for each.
func isolationFigures() (rows []figure) {
	for _, way := range misbehaviours {
		rows = append(rows, figure{"isolation", way, "7 tabs beside an eighth: " + way, "of beside an idle one", false})
	}
	return rows
}

// An eighth is what the eighth tab did, and was told for it.
type eighth struct {
	Ended   string         `json:"ended"` // the code with which its session ended
	Answers int            `json:"answers"`
	Calls   int            `json:"calls"`
	Codes   map[string]int `json:"codes"` // of its calls' errors
}

// measureIsolation has seven tabs work beside an eighth that is idle and
// misbehaves in turns, each way once. A figure is what they get done beside it
// to what they get done before and after.
func (b *bencher) measureIsolation(ctx context.Context, r *run) error {
	return b.isolated(ctx, systems[indexOf(ours)], func(_ *harness.Chromium, i *isolation) error {
		return i.measure(ctx, r, b.ways)
	})
}

// profileIsolation returns what the worker spends its time on while the eighth
// tab misbehaves in a way.
func (b *bencher) profileIsolation(ctx context.Context, s system, way string) (p *profiler.Profile, err error) {
	err = b.isolated(ctx, s, func(browser *harness.Chromium, i *isolation) error {
		p, err = browser.ProfileWorker(ctx, func() error {
			_, _, _, err := i.beside(ctx, way)
			return err
		})
		return err
	})
	return p, err
}

// isolated has seven tabs work beside an eighth while f does something.
func (b *bencher) isolated(ctx context.Context, s system, f func(*harness.Chromium, *isolation) error) error {
	return withBrowser(ctx, func(browser *harness.Chromium) error {
		var tabs []*harness.ChromiumTab
		for range workers + 1 {
			tab, err := b.openTab(ctx, browser, s)
			if err != nil {
				return err
			}
			tabs = append(tabs, tab)
		}
		i := &isolation{tabs: tabs[1:], rogue: tabs[0]}
		if err := i.begin(ctx); err != nil {
			return err
		}
		if err := f(browser, i); err != nil {
			return err
		}
		return i.end(ctx)
	})
}

// isolation is the tabs.
type isolation struct {
	tabs  []*harness.ChromiumTab
	rogue *harness.ChromiumTab
	file  string // a large one
}

// begin has the tabs work.
func (i *isolation) begin(ctx context.Context) error {
	if err := i.tabs[0].Eval(ctx, &i.file, "return bench.large()"); err != nil {
		return err
	}
	for _, tab := range i.tabs {
		if err := tab.Eval(ctx, nil, "bench.work()"); err != nil {
			return err
		}
	}
	return wait(ctx, warmUp)
}

// end has them rest, and fails if any of their work did.
func (i *isolation) end(ctx context.Context) error {
	for _, tab := range i.tabs {
		if err := tab.Eval(ctx, nil, "await bench.rest()"); err != nil {
			return fmt.Errorf("at the end: %w", err)
		}
	}
	return nil
}

func (i *isolation) measure(ctx context.Context, r *run, only []string) error {
	ways := misbehaviours
	if len(only) > 0 {
		ways = only
	}
	before, err := rateOf(ctx, i.tabs)
	if err != nil {
		return err
	}
	most := 0.0
	for _, way := range ways {
		beside, memory, told, err := i.beside(ctx, way)
		if err != nil {
			return fmt.Errorf("%s: %w", way, err)
		}
		after, err := rateOf(ctx, i.tabs)
		if err != nil {
			return fmt.Errorf("after %s: %w", way, err)
		}
		most = max(most, memory)
		if before+after > 0 {
			r.Figures["isolation."+way] = 2 * beside / (before + after)
		}
		fmt.Fprintf(os.Stderr, "%s: %.0f/s before, %.0f/s beside, %.0f/s after; worker %.0f MiB; told %+v\n",
			way, before, beside, after, memory, told)
		before = after
	}
	r.Figures["isolation.memory"] = most
	return nil
}

// beside returns what the tabs get done while the eighth misbehaves, and what
// the worker's memory is then.
func (i *isolation) beside(ctx context.Context, way string) (rate, memory float64, told eighth, err error) {
	if err = i.rogue.Eval(ctx, nil, "await bench.misbehave(args[0], args[1])", way, map[string]any{"file": i.file}); err != nil {
		return
	}
	if err = wait(ctx, ramp); err != nil {
		return
	}
	if rate, err = rateOf(ctx, i.tabs); err != nil {
		return
	}
	if err = i.tabs[0].Eval(ctx, &memory, "return bench.memory()"); err != nil {
		return
	}
	if err = i.rogue.Eval(ctx, &told, "return bench.behave()"); err != nil {
		return
	}
	return rate, memory, told, wait(ctx, lull)
}

// rateOf returns how many pieces of work a second tabs get done together.
func rateOf(ctx context.Context, tabs []*harness.ChromiumTab) (float64, error) {
	type progress struct{ Done, At float64 }
	look := func() ([]progress, error) {
		all := make([]progress, len(tabs))
		for n, tab := range tabs {
			if err := tab.Eval(ctx, &all[n], "return bench.done()"); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	before, err := look()
	if err != nil {
		return 0, err
	}
	if err := wait(ctx, stint); err != nil {
		return 0, err
	}
	after, err := look()
	sum := 0.0
	for n := range after {
		sum += (after[n].Done - before[n].Done) / (after[n].At - before[n].At) * 1000
	}
	return sum, err
}
