package main

import (
	"context"
	"slices"
)

// A figure is one number that a piece of work yields, and a row of the table.
type figure struct {
	work, name string // "file", "add"
	title      string
	unit       string
	lower      bool // the lower the better
}

func (f figure) key() string { return f.work + "." + f.name }

// figures are the rows in order.
var figures = append([]figure{
	{"start", "cold", "cold start: page to first block stored", "ms", true},
	{"start", "second", "second tab: page to first block stored", "ms", true},
	{"start", "again", "start again, in another browser process: page to first block stored", "ms", true},
	{"file", "add", "add 64 MiB, pinned, own settings", "MiB/s", false},
	{"file", "cat", "cat 64 MiB, own settings", "MiB/s", false},
	{"file", "first", "cat 64 MiB, own settings: first byte", "ms", true},
	{"file", "middle", "cat 1 MiB in the middle, own settings: first byte", "ms", true},
	{"fileV1", "add", "add 64 MiB, pinned, CIDv1 1 MiB raw", "MiB/s", false},
	{"fileV1", "cat", "cat 64 MiB, CIDv1 1 MiB raw", "MiB/s", false},
	{"fileV1", "first", "cat 64 MiB, CIDv1 1 MiB raw: first byte", "ms", true},
	{"fileV1", "middle", "cat 1 MiB in the middle, CIDv1 1 MiB raw: first byte", "ms", true},
	{"again", "cat", "cat 8 MiB again, still in the cache", "MiB/s", false},
	{"smallFiles", "putOne", "add 1 KiB, pinned, one by one", "/s", false},
	{"smallFiles", "putMany", "add 1 KiB, pinned, 32 at a time", "/s", false},
	{"smallFiles", "getOne", "cat 1 KiB, one by one", "/s", false},
	{"smallFiles", "getMany", "cat 1 KiB, 32 at a time", "/s", false},
	{"dag", "putOne", "dag.put, one by one", "/s", false},
	{"dag", "putMany", "dag.put, 32 at a time", "/s", false},
	{"dag", "getOne", "dag.get, one by one", "/s", false},
	{"dag", "getMany", "dag.get, 32 at a time", "/s", false},
	{"directory", "files", "directory of 10 000 files of 1 KiB, pinned", "files/s", false},
	{"directory", "memory", "memory above before, at most, taking in one more", "MiB", true},
	{"blocks", "putOne", "block.put 256 KiB, one by one", "MiB/s", false},
	{"blocks", "putMany", "block.put 256 KiB, 8 at a time", "MiB/s", false},
	{"blocks", "getOne", "block.get 256 KiB, one by one", "MiB/s", false},
	{"blocks", "getMany", "block.get 256 KiB, 8 at a time", "MiB/s", false},
	{"exchange", "fetch", "64 MiB by bitswap from Kubo, CIDv1 1 MiB raw", "MiB/s", false},
	{"exchange", "first", "64 MiB by bitswap from Kubo: first byte", "ms", true},
	{"exchange", "give", "64 MiB by bitswap to Kubo, CIDv1 1 MiB raw", "MiB/s", false},
	{"messages", "rate1", "messages of 256 B from a peer to 1 tab", "/s", false},
	{"messages", "rate8", "messages of 256 B from a peer to each of 8 tabs", "/s", false},
	{"messages", "rate32", "messages of 256 B from a peer to each of 32 tabs", "/s", false},
	{"messages", "latency1", "from a peer to 1 tab", "ms", true},
	{"messages", "latency8", "from a peer to the last of 8 tabs", "ms", true},
	{"messages", "latency32", "from a peer to the last of 32 tabs", "ms", true},
	{"roundTrips", "one", "bare round trips, one by one", "/s", false},
	{"roundTrips", "many", "bare round trips, 32 at a time", "/s", false},
	{"isolation", "memory", "worker's memory beside them, at most", "MiB", true},
	{"memory", "tabs1", "memory above blank tabs, 1 tab", "MiB", true},
	{"memory", "tabs2", "memory above blank tabs, 2 tabs", "MiB", true},
	{"memory", "tabs8", "memory above blank tabs, 8 tabs", "MiB", true},
	{"memory", "tab", "memory of each further tab, 2nd to 8th", "MiB", true},
	{"memory", "used", "memory above a blank tab, after all the work", "MiB", true},
}, slices.Concat(boundedFigures, isolationFigures(), growthFigures())...)

// A job is a piece of work as web/work.js has it, with its options.
type job struct {
	work    string // as figures have it
	name    string // as web/work.js has it
	options map[string]any
	watched bool                                               // its memory is measured and nothing else: looking at it takes time
	then    func(ctx context.Context, r *run, o outcome) error // nil if that is all
}

// after does what is left once the page has done its part.
func (j job) after(ctx context.Context, r *run, o outcome) error {
	if j.then == nil {
		return nil
	}
	return j.then(ctx, r, o)
}

// jobs returns the work of a repetition. Each repetition has other bytes, the
// same for every system.
func jobs(rep int) []job {
	seed := 1_000_000 * rep
	const mib = 1 << 20
	return []job{
		{work: "roundTrips", name: "roundTrips", options: map[string]any{"count": 3000}},
		{work: "file", name: "file", options: map[string]any{"size": 64 * mib, "seed": seed, "how": "default"}},
		{work: "fileV1", name: "file", options: map[string]any{"size": 64 * mib, "seed": seed + 1, "how": "v1"}},
		{work: "again", name: "again", options: map[string]any{"size": 8 * mib, "seed": seed + 2, "times": 8}},
		{work: "smallFiles", name: "smallFiles", options: map[string]any{"count": 1000, "size": 1024, "seed": seed + 1000}},
		{work: "dag", name: "dag", options: map[string]any{"count": 1000, "seed": seed + 10_000}},
		{work: "directory", name: "directory", options: map[string]any{"count": 10_000, "size": 1024, "seed": seed + 30_000}},
		{work: "directory", name: "directory", watched: true, options: map[string]any{"count": 10_000, "size": 1024, "seed": seed + 50_000}},
		{work: "blocks", name: "blocks", options: map[string]any{"count": 64, "size": 256 << 10, "seed": seed + 20_000}},
	}
}

// sameCIDs says of which work all systems must give the same CIDs. With their
// own settings js-ipfs and the others chunk a file differently, and name even a
// small one by another version of CID.
var sameCIDs = map[string]bool{"start": true, "fileV1": true, "dag": true, "blocks": true}
