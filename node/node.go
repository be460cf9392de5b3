package node

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"

	ds "github.com/ipfs/go-datastore"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/keystore"
	"github.com/sharednode/sharednode/node/names"
	"github.com/sharednode/sharednode/node/p2p"
	"github.com/sharednode/sharednode/node/pinservice"
	"github.com/sharednode/sharednode/node/sources"
	"github.com/sharednode/sharednode/pubsub"
)

// Node is a running node. Its methods may be called concurrently, but for
// Close, which is the last.
type Node struct {
	cfg     Config
	key     crypto.PrivKey
	id      peer.ID
	store   *store
	pins    *pins
	keys    *keystore.Store
	names   *names.Names
	files   *mfsTree
	origins *origins
	sources *sources.Set
	records ds.Batching // of applications

	services *pinservice.Store

	imports   *budget
	collector *collector
	storage   *storageWatch
	warnings  *warnings

	routers  routers
	gateways gateways

	net      *p2p.Network    // nil without a network
	pubsub   *pubsub.PubSub  // likewise
	rooms    *pubsub.Rooms   // likewise
	handlers *streamHandlers // likewise
	network  []func() error  // what ends the network's parts, the last first

	release func()          // what the node made for itself
	stopped context.Context // ends when Close is called
	stop    context.CancelFunc
	admits  sync.Mutex     // held while an operation is admitted, and by Close
	running sync.WaitGroup // operations
}

// New opens the repo in cfg's stores, making it if they are empty, and starts a
// node on it. Only one node may run on a repo at a time; whoever calls New sees
// to that.
func New(ctx context.Context, cfg Config) (*Node, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	store := newStore(cfg)
	if err := checkRepoVersion(ctx, cfg.Datastore); err != nil {
		return nil, store.wrap(ctx, err)
	}
	key, err := loadIdentity(ctx, cfg.Datastore)
	if err != nil {
		return nil, store.wrap(ctx, err)
	}
	pins, err := openPins(ctx, cfg.Datastore, store)
	if err != nil {
		return nil, store.wrap(ctx, err)
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("node: deriving the peer id: %w", err)
	}
	n := &Node{
		cfg:       cfg,
		key:       key,
		id:        id,
		store:     store,
		pins:      pins,
		records:   newRecords(cfg.Datastore),
		keys:      keystore.New(cfg.Datastore, key),
		services:  pinservice.New(cfg.Datastore),
		imports:   newImportBudget(),
		collector: newCollector(),
		warnings:  newWarnings(),
		release:   func() {},
	}
	n.files = newMFSTree(n)
	n.origins = newOrigins(n)
	if cfg.Hasher == nil {
		n.cfg.Hasher, n.release = platformHasher()
	}
	n.stopped, n.stop = context.WithCancel(context.Background())
	n.sources = sources.New(n.verify)
	n.store.exchange = n.newExchange()
	n.onNetworkStop(n.store.exchange.close)
	n.names = n.newNames()
	n.watchStorage()
	if err := n.startNetwork(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// Close ends the operations under way, waits for them, ends the network and
// flushes what was written. It leaves the stores open.
func (n *Node) Close() error {
	n.admits.Lock()
	n.stop()
	n.admits.Unlock()
	n.running.Wait()
	err := n.files.close(context.Background())
	err = errors.Join(err, n.origins.close(context.Background()), n.names.Close(), n.stopNetwork())
	n.release()
	return errors.Join(err, n.pins.pinner.Close())
}

// begin admits an operation. The context that it returns also ends with the
// node; end must be called when the operation is over.
func (n *Node) begin(ctx context.Context) (_ context.Context, end func()) {
	n.admits.Lock()
	defer n.admits.Unlock()
	ctx, endCharge := n.withCharge(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	if n.stopped.Err() != nil {
		cancel(errClosed)
		return ctx, func() {}
	}
	n.running.Add(1)
	unhook := context.AfterFunc(n.stopped, func() { cancel(errClosed) })
	return ctx, func() {
		unhook()
		cancel(nil)
		endCharge()
		n.running.Done()
	}
}

// Version says what is running.
func (n *Node) Version(context.Context) (nodeapi.Version, error) {
	return nodeapi.Version{
		Version: n.cfg.Version,
		Commit:  n.cfg.Commit,
		Repo:    strconv.Itoa(repoVersion),
		System:  runtime.GOARCH + "/" + runtime.GOOS,
		Golang:  runtime.Version(),
	}, nil
}
