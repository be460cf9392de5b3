package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// idleSessions is how many sessions do nothing, at first.
const idleSessions = 100

// boundedFigures are what the worker's process takes above what it takes when it
// is idle, whatever flows through it.
var boundedFigures = []figure{
	{"bounded", "add", "worker's memory over idle, at most: add of 1 GiB", "MiB", true},
	{"bounded", "cat", "worker's memory over idle, at most: cat of 1 GiB", "MiB", true},
	{"bounded", "slow", "worker's memory over idle, at most: 8 slow readers of 1 GiB", "MiB", true},
	{"bounded", "sessions", "worker's memory over idle: 100 idle sessions", "MiB", true},
}

// measureBounded watches the worker's process while another tab has sessions and a
// gibibyte flow through it.
func (b *bencher) measureBounded(ctx context.Context, s system, r *run) error {
	return withBrowser(ctx, func(browser *harness.Chromium) error {
		if _, err := b.openTab(ctx, browser, s); err != nil { // in whose process the worker lives
			return err
		}
		worker, err := largest(harness.Renderers(harness.Processes(browser.PID())))
		if err != nil {
			return err
		}
		tab, err := b.openTab(ctx, browser, s)
		if err != nil {
			return err
		}
		// Its first use of everything is no part of what grows.
		var cid string
		if err := tab.Eval(ctx, &cid, "return await bench.addLarge(8)"); err != nil {
			return err
		}
		if err := tab.Eval(ctx, nil, "await bench.catLarge(args[0])", cid); err != nil {
			return err
		}
		idle, err := idleMemory(ctx, browser, worker)
		if err != nil {
			return err
		}
		if err := tab.Eval(ctx, nil, "await bench.sessions(args[0])", idleSessions); err != nil {
			return err
		}
		with, err := idleMemory(ctx, browser, worker)
		if err != nil {
			return err
		}
		r.Figures["bounded.sessions"] = mebibytes(with - idle)
		return watchGibibyte(ctx, tab, r, worker, with)
	})
}

func watchGibibyte(ctx context.Context, tab *harness.ChromiumTab, r *run, worker int, idle int64) error {
	var cid string
	for _, part := range []struct{ name, script string }{
		{"add", "return await bench.addLarge(1024)"},
		{"cat", "return await bench.catLarge(args[0])"},
		{"slow", "return await bench.catSlowly(args[0], 8)"},
	} {
		_, most, err := harness.PeakMemory(func() []int { return []int{worker} }, func() error {
			return tab.Eval(ctx, &cid, part.script, cid)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		r.Figures["bounded."+part.name] = mebibytes(most - idle)
		fmt.Fprintf(os.Stderr, "%s: %.0f MiB at most, %.0f when idle\n", part.name, mebibytes(most), mebibytes(idle))
	}
	return nil
}

// idleMemory returns what a process takes once garbage is collected.
func idleMemory(ctx context.Context, browser *harness.Chromium, pid int) (int64, error) {
	if err := browser.CollectGarbage(ctx); err != nil {
		return 0, err
	}
	if err := wait(ctx, settle); err != nil {
		return 0, err
	}
	return harness.MemoryOf([]int{pid})
}

// largest returns the process that takes the most memory.
func largest(pids []int) (int, error) {
	var failed error
	memory := func(pid int) int64 {
		n, err := harness.MemoryOf([]int{pid})
		if err != nil {
			failed = err
		}
		return n
	}
	return slices.MaxFunc(pids, func(a, b int) int { return int(memory(a) - memory(b)) }), failed
}
