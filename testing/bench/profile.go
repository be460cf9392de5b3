package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/profiler"

	"github.com/sharednode/sharednode/cmd/build-wasm/wasmbuild"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

// ownShown is how many functions are printed.
const ownShown = 25

// profile has ours do a piece of work, and draws what its worker spends the time
// on. The package is built anew, with the functions' names in it.
func profile(ctx context.Context, c config) error {
	dist, err := filepath.Abs(filepath.Join(".cache", "profile"))
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "building the package with names")
	if _, err := wasmbuild.Build(ctx, wasmbuild.Config{Out: dist, Quick: true, Names: true}); err != nil {
		return err
	}
	s := systems[indexOf(ours)]
	s.dist = dist
	server, err := harness.NewServer("max-age=3600")
	if err != nil {
		return err
	}
	defer server.Close()
	if err := serve(server, []system{s}, &report{Versions: map[string]string{}, Settings: map[string]string{}}); err != nil {
		return err
	}
	if err := os.MkdirAll(c.out, 0o755); err != nil {
		return err
	}
	b := &bencher{server: server}
	work, p, err := b.profileWork(ctx, s, c)
	if err != nil {
		return err
	}
	frames := framesOf(p)
	name := filepath.Join(c.out, "profile-"+work+".svg")
	title := fmt.Sprintf("The worker's time with %s: %.0f ms of %.0f", work, float64(frames.time)/1e3, (p.EndTime-p.StartTime)/1e3)
	if err := os.WriteFile(name, []byte(flame(frames, title)), 0o644); err != nil {
		return err
	}
	writeOwn(os.Stdout, frames)
	fmt.Println(name)
	return nil
}

// profileWork returns what the worker spends on the work that was asked for, and
// that work's name.
func (b *bencher) profileWork(ctx context.Context, s system, c config) (work string, p *profiler.Profile, err error) {
	if c.profile == "isolation" {
		if len(c.ways) != 1 {
			return "", nil, errors.New("-profile isolation is of one of -ways")
		}
		p, err = b.profileIsolation(ctx, s, c.ways[0])
		return c.ways[0], p, err
	}
	for _, j := range jobs(0) {
		if j.work == c.profile {
			p, err = b.profile(ctx, s, j)
			return j.work, p, err
		}
	}
	return "", nil, fmt.Errorf("no work %q to profile", c.profile)
}

// profile has a system do a job once, for engines to have compiled what it takes,
// and once more under the profiler.
func (b *bencher) profile(ctx context.Context, s system, j job) (p *profiler.Profile, err error) {
	err = withBrowser(ctx, func(browser *harness.Chromium) error {
		tab, err := b.start(ctx, browser, s, &run{Figures: map[string]float64{}, cids: map[string][]string{}}, "cold")
		if err != nil {
			return err
		}
		work := func() error {
			var o outcome
			err := tab.Eval(ctx, &o, "return bench.run(args[0], args[1])", j.name, j.options)
			fmt.Fprintf(os.Stderr, "%v\n", o.Figures)
			return err
		}
		if err := work(); err != nil {
			return err
		}
		if _, ok := j.options["seed"]; ok {
			j.options["seed"] = 500_000 // other bytes, which are not stored yet
		}
		p, err = browser.ProfileWorker(ctx, work)
		return err
	})
	return p, err
}

// writeOwn writes the functions that take the most time themselves.
func writeOwn(w io.Writer, frames *frame) {
	own := frames.own()
	for _, f := range own[:min(len(own), ownShown)] {
		fmt.Fprintf(w, "%7.1f ms %5.1f %%  %s\n", float64(f.time)/1e3, 100*float64(f.time)/float64(max(frames.time, 1)), f.name)
	}
}
