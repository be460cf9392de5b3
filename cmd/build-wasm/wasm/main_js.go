// Command wasm is the worker's program: it puts a node over IndexedDB behind a
// server, and serves the ports that the worker's script hands it. Everything it
// needs to know of its surroundings is in globalThis.sharednode, which the
// script sets before it starts this:
//
//	repo    string    names the database and the lock, "sharednode:<repo>"
//	accept  function  set here, called by the script with each MessagePort
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall/js"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/messageport/weblock"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server"
)

// version and commit are set by the linker.
var version, commit = "dev", ""

func main() {
	ctx := context.Background()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	script := js.Global().Get("sharednode")
	name := "sharednode:" + script.Get("repo").String()
	epoch := rand.Text()

	// Tabs wait for this lock to learn that the worker is gone. Nobody else asks
	// for it, so it is had at once.
	lock := name + ":" + epoch
	if _, err := weblock.Hold(ctx, lock); err != nil {
		logger.Error("the worker's lock", "err", err)
		os.Exit(1)
	}

	boot := booter{name: name, logger: logger}
	srv := server.New(server.Config{
		Open:     boot.open,
		Liveness: weblock.Wait,
		Lock:     lock,
		Epoch:    epoch,
		Version:  version,
		Logger:   logger,
	})
	script.Set("accept", js.FuncOf(func(_ js.Value, args []js.Value) any {
		port := messageport.NewPort(args[0])
		go func() { _ = srv.Serve(ctx, port) }() // the server logs how it ended
		return nil
	}))
	select {}
}

// booter opens the repo and the node over it.
type booter struct {
	name   string
	logger *slog.Logger
}

// backend is the node together with what was opened for it.
type backend struct {
	*node.Node
	store   *blockstore.Store
	release func() // gives up the repo's lock
}

// open takes the repo's lock before it opens the database: one repo, one node.
func (b booter) open(ctx context.Context, cfg nodeapi.Config) (server.Backend, error) {
	if cfg.Durability == "" {
		cfg.Durability = nodeapi.DurabilityRelaxed
	}
	if cfg.Network == "" {
		cfg.Network = nodeapi.NetworkOn
	}
	release, err := weblock.Hold(ctx, b.name)
	if err != nil {
		return nil, err
	}
	store, err := blockstore.Open(ctx, b.name, blockstore.Options{
		Durability: blockstore.Durability(cfg.Durability),
		OnClose:    b.storeClosed,
	})
	if err != nil {
		release()
		return nil, fmt.Errorf("open the repo: %w", err)
	}
	n, err := node.New(ctx, node.Config{
		Blockstore:  store.Blocks(),
		Datastore:   store.Datastore(),
		FullError:   blockstore.ErrFull,
		ClosedError: blockstore.ErrClosed,
		RepoName:    b.name,
		Durability:  cfg.Durability,
		StorageMax:  cfg.StorageMax,
		Estimate:    storageEstimate,
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
		Logger:    b.logger,
	})
	if err != nil {
		err = errors.Join(err, store.Close())
		release()
		return nil, err
	}
	return &backend{Node: n, store: store, release: release}, nil
}

// storeClosed ends the worker: without its store the node is of no use, and the
// tabs' next connection starts a fresh one.
func (b booter) storeClosed(reason error) {
	b.logger.Warn("the repo was closed", "reason", reason)
	os.Exit(0)
}

// Close closes the node, then its store, and gives up the lock last.
func (b *backend) Close() error {
	defer b.release()
	return errors.Join(b.Node.Close(), b.store.Close())
}
