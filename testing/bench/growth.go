package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/ipfs/boxo/ipld/merkledag"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/node/car"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

const (
	leafSize = 64
	// fanout is how many leaves a node of an archive links to.
	fanout = 1000
	// archiveNodes is how many such nodes an archive's root links to.
	archiveNodes  = 10
	archiveLeaves = archiveNodes * fanout
	// asked is of how many blocks the page asks for.
	asked = 1280
	// calm is how long the browser has to put in order what was written.
	calm = 10 * time.Second
	// growthPatience is how long all that takes at most.
	growthPatience = 60 * time.Minute
)

// repoSizes are the numbers of blocks, and crowds the numbers of tabs, at which
// is measured.
var (
	repoSizes = []int{10_000, 100_000, 1_000_000}
	crowds    = []int{1, 8, 32, 128}
)

// A curve is how a figure goes with what grows.
type curve struct {
	name, title, unit string
}

// repoCurves have a point for each size of the repo.
var repoCurves = []curve{
	{"add", "add of a file of 16 MiB, pinned", "MiB/s"},
	{"cat", "cat of it", "MiB/s"},
	{"put", "dag.put, 32 at a time", "/s"},
	{"get", "block.get of 64 bytes, 32 at a time", "/s"},
	{"has", "block.stat, 32 at a time", "/s"},
	{"pin", "pin.add, 32 at a time", "/s"},
	{"unpin", "pin.rm, 32 at a time", "/s"},
	{"gc", "repo.gc, all but that pinned", "s"},
	{"start", "page to first block stored", "ms"},
}

// tabCurves have one for each number of tabs.
var tabCurves = []curve{
	{"work", "what all tabs get done", "/s"},
	{"memory", "the node's memory", "MiB"},
}

func (c curve) key(n int) string { return c.name + strconv.Itoa(n) }

// growthFigures are a row for each point.
func growthFigures() (rows []figure) {
	for _, c := range repoCurves {
		for _, n := range repoSizes {
			rows = append(rows, figure{"growth", c.key(n), fmt.Sprintf("%d blocks: %s", n, c.title), c.unit, c.unit == "s" || c.unit == "ms"})
		}
	}
	for _, c := range tabCurves {
		for _, n := range crowds {
			rows = append(rows, figure{"growth", c.key(n), fmt.Sprintf("%d tabs: %s", n, c.title), c.unit, c.unit == "MiB"})
		}
	}
	return rows
}

// measureGrowth measures what a repo does as it gets larger, and a node as it
// gets more tabs.
func (b *bencher) measureGrowth(ctx context.Context, r *run) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), growthPatience)
	defer cancel()
	profile, err := os.MkdirTemp("", "sharednode-bench-growth")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile) //nolint:errcheck // the system clears its temporary files
	filled := 0
	for _, size := range repoSizes {
		err := withBrowserOf(ctx, profile, func(browser *harness.Chromium) error {
			return b.growTo(ctx, browser, r, filled, size)
		})
		if err != nil {
			return fmt.Errorf("%d blocks: %w", size, err)
		}
		filled = size
		err = withBrowserOf(ctx, profile, func(browser *harness.Chromium) error {
			_, err := b.start(ctx, browser, systems[indexOf(ours)], r, "again")
			r.Figures["growth.start"+strconv.Itoa(size)] = r.Figures["start.again"]
			return err
		})
		if err != nil {
			return fmt.Errorf("%d blocks, again: %w", size, err)
		}
	}
	delete(r.Figures, "start.again")
	return b.measureCrowds(ctx, r)
}

// growTo fills the repo that a browser has and measures what it does then.
func (b *bencher) growTo(ctx context.Context, browser *harness.Chromium, r *run, filled, size int) error {
	tab, err := b.openTab(ctx, browser, systems[indexOf(ours)])
	if err != nil {
		return err
	}
	began := time.Now()
	for ; filled < size; filled += archiveLeaves {
		if err := tab.Eval(ctx, nil, "await bench.fill(args[0])", "/archive/"+strconv.Itoa(filled/archiveLeaves)); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%d blocks after %.0f s more\n", size, time.Since(began).Seconds())
	if err := wait(ctx, calm); err != nil {
		return err
	}
	var found map[string]float64
	if err := tab.Eval(ctx, &found, "return await bench.grown(args[0])", map[string]any{"blocks": leavesAmong(size), "seed": size}); err != nil {
		return err
	}
	for name, value := range found {
		r.Figures["growth."+name+strconv.Itoa(size)] = value
	}
	fmt.Fprintf(os.Stderr, "%d blocks: %v\n", size, found)
	return browser.Close(ctx)
}

// measureCrowds has ever more tabs work on one node.
func (b *bencher) measureCrowds(ctx context.Context, r *run) error {
	return withBrowser(ctx, func(browser *harness.Chromium) error {
		var tabs []*harness.ChromiumTab
		for _, n := range crowds {
			for len(tabs) < n {
				tab, err := b.openTab(ctx, browser, systems[indexOf(ours)])
				if err != nil {
					return err
				}
				tabs = append(tabs, tab)
			}
			for _, tab := range tabs {
				if err := tab.Eval(ctx, nil, "bench.work()"); err != nil {
					return err
				}
			}
			if err := wait(ctx, settle); err != nil {
				return err
			}
			rate, err := rateOf(ctx, tabs)
			if err != nil {
				return err
			}
			var memory float64
			if err := tabs[0].Eval(ctx, &memory, "return bench.memory()"); err != nil {
				return err
			}
			r.Figures["growth.work"+strconv.Itoa(n)] = rate
			r.Figures["growth.memory"+strconv.Itoa(n)] = memory
			fmt.Fprintf(os.Stderr, "%d tabs: %.0f/s, %.0f MiB\n", n, rate, memory)
			for _, tab := range tabs {
				if err := tab.Eval(ctx, nil, "await bench.rest()"); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// serveArchives serves what a repo is filled with.
func serveArchives(server *harness.Server) {
	server.HandleFunc("/archive/{number}", func(w http.ResponseWriter, req *http.Request) {
		number, err := strconv.Atoi(req.PathValue("number"))
		if err == nil {
			err = writeArchive(w, number)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
}

// writeArchive writes one of the archives that a repo is filled with as a CAR:
// leaves, nodes over them and a root over these.
func writeArchive(w io.Writer, number int) error {
	root := new(merkledag.ProtoNode)
	nodes := make([]*merkledag.ProtoNode, archiveNodes)
	leaves := make([]*merkledag.RawNode, 0, archiveLeaves)
	for i := range nodes {
		nodes[i] = new(merkledag.ProtoNode)
		for range fanout {
			leaf := leafAt(number*archiveLeaves + len(leaves))
			leaves = append(leaves, leaf)
			if err := nodes[i].AddRawLink("", &ipld.Link{Cid: leaf.Cid(), Size: leafSize}); err != nil {
				return err
			}
		}
		if err := root.AddNodeLink("", nodes[i]); err != nil {
			return err
		}
	}
	out, err := car.NewWriter(w, root.Cid())
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		if err := out.Put(leaf.Cid(), leaf.RawData()); err != nil {
			return err
		}
	}
	for _, nd := range append(nodes, root) {
		if err := out.Put(nd.Cid(), nd.RawData()); err != nil {
			return err
		}
	}
	return nil
}

func leafAt(i int) *merkledag.RawNode {
	data := make([]byte, leafSize)
	binary.BigEndian.PutUint64(data, uint64(i))
	return merkledag.NewRawNode(data)
}

// leavesAmong returns the CIDs of some of the first leaves, spread evenly.
func leavesAmong(size int) []string {
	cids := make([]string, asked)
	for i := range cids {
		cids[i] = leafAt(i * (size / asked)).Cid().String()
	}
	return cids
}
