package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// dir is where the command's own files are, from the module's root.
const dir = "testing/bench"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// apart is the work that is done only if it is asked for.
var apart = []string{"isolation", "bounded", "growth"}

// config is what the command was asked for.
type config struct {
	reps    int
	systems []system
	work    []string
	ways    []string
	out     string
	profile string // the work to profile; nothing is measured then
}

func parse(args []string) (config, error) {
	var c config
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&c.reps, "reps", 5, "repetitions")
	quick := flags.Bool("quick", false, "one repetition")
	systems := flags.String("systems", "", "systems to measure, comma-separated (default all)")
	work := flags.String("work", "", "work to do besides the start, comma-separated (default all)")
	ways := flags.String("ways", "", "ways of misbehaving that isolation measures, comma-separated (default all)")
	against := flags.String("against", "", "`directory` of another package of ours to measure as well, as \"before\"")
	flags.StringVar(&c.profile, "profile", "", "measure nothing; draw what the worker spends this `work` on")
	flags.StringVar(&c.out, "out", filepath.Join(dir, "out"), "directory for the results")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if *quick {
		c.reps = 1
	}
	if c.reps < 1 {
		return c, errors.New("no repetitions")
	}
	if *work != "" {
		c.work = strings.Split(*work, ",")
	}
	if *ways != "" {
		c.ways = strings.Split(*ways, ",")
	}
	for _, w := range c.work {
		if !slices.ContainsFunc(figures, func(f figure) bool { return f.work == w }) {
			return c, fmt.Errorf("no work %q", w)
		}
	}
	var err error
	c.systems, err = choose(*systems)
	if *against != "" {
		c.systems = append(slices.Clone(c.systems), another(*against))
	}
	return c, err
}

func bench(ctx context.Context, args []string) error {
	c, err := parse(args)
	if err != nil {
		return err
	}
	if c.profile != "" {
		return profile(ctx, c)
	}
	r := &report{
		Taken: time.Now().UTC().Format(time.DateTime + " UTC"), Reps: c.reps,
		Versions: map[string]string{}, Settings: map[string]string{},
	}
	if r.Machine, err = thisMachine(); err != nil {
		return err
	}
	server, err := harness.NewServer("max-age=3600")
	if err != nil {
		return err
	}
	defer server.Close()
	if err := serve(server, c.systems, r); err != nil {
		return err
	}
	serveArchives(server)
	b := &bencher{server: server, ways: c.ways, want: func(work string) bool {
		return len(c.work) == 0 && !slices.Contains(apart, work) || slices.Contains(c.work, work)
	}}
	if b.want("exchange") {
		repo, err := os.MkdirTemp("", "sharednode-bench-kubo")
		if err != nil {
			return err
		}
		defer os.RemoveAll(repo) //nolint:errcheck // the system clears its temporary files
		if b.kubo, err = peers.StartKubo(ctx, repo); err != nil {
			return err
		}
		defer b.kubo.Stop()
	}
	for rep := range c.reps {
		runs, err := b.repeat(ctx, c.systems, rep)
		if err != nil {
			return err
		}
		r.Runs = append(r.Runs, runs...)
	}
	r.Rows = summarize(r.Runs)
	r.writeTable(os.Stdout, c.systems)
	return r.save(ctx, server, c)
}

// repeat measures every system once, in an order that rotates with rep.
func (b *bencher) repeat(ctx context.Context, systems []system, rep int) ([]*run, error) {
	blank := map[int]float64{}
	if b.want("memory") {
		var err error
		if blank, err = b.memoryByTabs(ctx, b.server.Origin()+"/blank.html"); err != nil {
			return nil, fmt.Errorf("blank tabs: %w", err)
		}
	}
	work, err := b.workOf(ctx, rep)
	if err != nil {
		return nil, err
	}
	var runs []*run
	for i := range systems {
		s := systems[(i+rep)%len(systems)]
		began := time.Now()
		r, err := b.measure(ctx, s, rep, work, blank)
		if err != nil {
			return nil, err
		}
		r.Order = i
		runs = append(runs, r)
		fmt.Fprintf(os.Stderr, "%d %s: %.0f s, load %s\n", rep+1, s.title, time.Since(began).Seconds(), r.Load)
	}
	if found := differences(runs); len(found) > 0 {
		return nil, fmt.Errorf("different CIDs for the same work: %s", strings.Join(found, "; "))
	}
	return runs, nil
}

// workOf returns what each system has to do in a repetition.
func (b *bencher) workOf(ctx context.Context, rep int) ([]job, error) {
	work := slices.DeleteFunc(jobs(rep), func(j job) bool { return !b.want(j.work) })
	if b.kubo == nil {
		return work, nil
	}
	fetch, err := b.exchange(ctx, rep)
	return append(work, fetch), err
}

// save writes the results and their pictures.
func (r *report) save(ctx context.Context, server *harness.Server, c config) error {
	if err := os.MkdirAll(c.out, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(c.out, "results.json"), text, 0o644); err != nil {
		return err
	}
	note := fmt.Sprintf("%s, %d repetitions, %s", r.Taken, r.Reps, r.Machine.Browser)
	if peers := slices.DeleteFunc(peersOf(c.systems), func(s system) bool { return s.limit }); len(peers) > 0 {
		if err := draw(ctx, server, filepath.Join(c.out, "ratios"), chart(r.Rows, peers, note)); err != nil {
			return err
		}
	}
	if panels := panelsOf(r.Rows); len(panels) > 0 {
		return draw(ctx, server, filepath.Join(c.out, "growth"), drawCurves(panels, note))
	}
	return nil
}

// draw writes a picture as SVG and as PNG.
func draw(ctx context.Context, server *harness.Server, name, svg string) error {
	if err := os.WriteFile(name+".svg", []byte(svg), 0o644); err != nil {
		return err
	}
	png, err := rasterize(ctx, server, svg)
	if err != nil {
		return fmt.Errorf("drawing %s: %w", filepath.Base(name), err)
	}
	return os.WriteFile(name+".png", png, 0o644)
}

// rasterize has the browser draw an SVG.
func rasterize(ctx context.Context, server *harness.Server, svg string) (png []byte, err error) {
	server.File("/picture.html", []byte(`<!doctype html><style>body{margin:0}svg{display:block}</style>`+svg))
	err = withBrowser(ctx, func(browser *harness.Chromium) error {
		tab, err := browser.OpenTab(ctx, server.Origin()+"/picture.html")
		if err != nil {
			return err
		}
		var size struct{ Width, Height int64 }
		if err := tab.Eval(ctx, &size, `const s = document.querySelector('svg'); return {Width: s.clientWidth, Height: s.clientHeight}`); err != nil {
			return err
		}
		png, err = tab.Screenshot(ctx, size.Width, size.Height)
		return err
	})
	return png, err
}
