// Command wasm is the worker's program: it puts a node over IndexedDB behind a
// server, and serves the ports that the worker's script hands it.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime/debug"
	"syscall/js"
	"time"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/messageport/weblock"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/journal"
)

// version and commit are set by the linker.
var version, commit = "dev", ""

// drainTime is how long calls that run may go on when another worker is to have
// the repo. The script's patience with the program's end is twice as long.
const drainTime = 5 * time.Second

// cacheBytes is how many bytes of blocks that were read or written lately are kept
// in memory: what a page shows is asked for again, by other tabs too.
const cacheBytes = 16 << 20

// memoryLimit is where the heap's growth between two collections ends. What wasm
// has taken once it never gives back, so that garbage would cost for good.
const memoryLimit = 320 << 20

func main() {
	debug.SetMemoryLimit(memoryLimit)
	ctx := context.Background()
	logs := journal.New(journal.Config{Out: os.Stderr, OnLevel: node.SetLogLevel})
	node.CaptureLogs(logs.Handler(slog.LevelError))
	logger := logs.Logger("worker")
	script := surroundings{js.Global().Get("sharednode")}
	worker := script.worker()

	boot := booter{name: script.repo(), mayWrite: script.mayWrite, logs: logs}
	srv := server.New(server.Config{
		Yield:    messageport.NewPulse(),
		Open:     boot.open,
		Liveness: weblock.Wait,
		Lock:     script.lock(),
		Epoch:    worker.Epoch,
		Version:  worker.Version,
		Worker:   worker,
		Logger:   logs.Logger("server"),
		Journal:  logs,
	})
	successor := make(chan nodeapi.Worker, 1)
	script.onShutdown(func(to nodeapi.Worker) { successor <- to })
	arrive := func() { srv.Arrive(ctx) }
	script.onPort(arrive, func(port messageport.Port) {
		_ = srv.Serve(ctx, port) // the server logs how it ended
	})

	to := <-successor
	logger.Info("making way for another worker", "url", to.URL, "version", to.Version)
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	if err := srv.Move(ctx, to); err != nil {
		logger.Warn("making way", "err", err)
	}
}

// booter opens the repo and the node over it.
type booter struct {
	name     string
	mayWrite func() error
	logs     *journal.Journal
}

// backend is the node together with what was opened for it.
type backend struct {
	*node.Node
	store *blockstore.Store
}

// open opens the database, which is this worker's alone, and the node over it.
func (b booter) open(ctx context.Context, cfg nodeapi.Config) (server.Backend, error) {
	if cfg.Durability == "" {
		cfg.Durability = nodeapi.DurabilityRelaxed
	}
	if cfg.Network == "" {
		cfg.Network = nodeapi.NetworkOn
	}
	store, err := blockstore.Open(ctx, b.name, blockstore.Options{
		Durability: blockstore.Durability(cfg.Durability),
		OnClose:    b.storeClosed,
		MayWrite:   b.mayWrite,
	})
	if err != nil {
		return nil, openError(b.name, err)
	}
	n, err := node.New(ctx, node.Config{
		Blockstore:  blockstore.NewCached(store.Blocks(), cacheBytes),
		Datastore:   store.Datastore(),
		FullError:   blockstore.ErrFull,
		ClosedError: blockstore.ErrClosed,
		RepoName:    b.name,
		Durability:  cfg.Durability,
		StorageMax:  cfg.StorageMax,
		Estimate:    storageEstimate,

		StorageGCWatermark: cfg.StorageGCWatermark,
		// The lists of addresses come with Extend, for each client its own: a bad
		// entry then costs nobody else the boot. That of topics says from the start
		// whether there is one at all.
		Network:   cfg.Network,
		Topics:    cfg.Topics,
		LowWater:  cfg.LowWater,
		HighWater: cfg.HighWater,
		DNS:       cfg.DNS,
		Version:   version,
		Commit:    commit,
		Logger:    b.logs.Logger("node"),
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &backend{Node: n, store: store}, nil
}

// storeClosed ends the worker: without its store the node is of no use, and the
// tabs' next connection starts a fresh one.
func (b booter) storeClosed(reason error) {
	b.logs.Logger("worker").Warn("the repo was closed", "reason", reason)
	os.Exit(0)
}

// Close closes the node, then its store.
func (b *backend) Close() error {
	return errors.Join(b.Node.Close(), b.store.Close())
}
