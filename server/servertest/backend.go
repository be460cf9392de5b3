package servertest

import (
	"context"
	"io"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

// PeerID is the identity of every Backend.
const PeerID = "12D3KooWServertest"

var (
	_ server.Backend = (*Backend)(nil)
	_ server.Files   = (*Backend)(nil)
	_ server.DAG     = (*Backend)(nil)
	_ server.Blocks  = (*Backend)(nil)
	_ server.Pins    = (*Backend)(nil)
	_ server.Repo    = (*Backend)(nil)

	_ server.References = (*Backend)(nil)
	_ server.Archives   = (*Backend)(nil)
	_ server.Resolver   = (*Backend)(nil)
	_ server.Domains    = (*Backend)(nil)
	_ server.Bootstrap  = (*Backend)(nil)
	_ server.Datastore  = (*Backend)(nil)
	_ server.Statistics = (*Backend)(nil)

	_ server.Extender = (*Backend)(nil)
	_ server.Watched  = (*Backend)(nil)
	_ server.Swarm    = (*Backend)(nil)
	_ server.Bitswap  = (*Backend)(nil)
	_ server.Keys     = (*Backend)(nil)
	_ server.IPNS     = (*Backend)(nil)
	_ server.Routing  = (*Backend)(nil)

	_ server.RemotePins = (*Backend)(nil)
	_ server.PubSub     = (*Backend)(nil)
	_ server.Rooms      = (*Backend)(nil)
	_ server.Streams    = (*Backend)(nil)
	_ server.Origins    = (*Backend)(nil)
)

// Backend is a node in memory. The zero value is ready.
type Backend struct {
	// Settings is what Config answers; its lists grow by Extend, that of topics
	// only if it has any: none allows all.
	Settings nodeapi.Config
	// Wants is what BitswapWantlist answers for each peer, and under "" for the
	// node itself.
	Wants map[string][]cid.Cid
	// Domains is what DNS answers for each domain.
	Domains map[string]string
	// Providers is what RoutingFindProviders and RoutingFindPeer know.
	Providers []nodeapi.RoutedPeer
	// Database, if set, is where tabs can read files by themselves.
	Database string
	// Hook, if set, is called as a method of the API begins, and as a stream
	// gives its next part, with the method's name; its error is the method's.
	Hook func(ctx context.Context, method string) error

	held   atomic.Int64
	closed atomic.Bool

	mu       sync.Mutex // guards following, and the lists of Settings
	blocks   map[cid.Cid][]byte
	pins     map[pinKey]nodeapi.Pin
	grants   map[string]nodeapi.OriginGrants // by origin
	sources  []*source
	keys     map[string][]byte // what was imported, or made, by name
	services map[string]*service
	names    map[string]string // what names point at
	records  map[string][]byte // what was put, by key
	values   map[string][]byte // of applications, by key
	peers    map[string]string // addresses, of those that are connected
	changed  chan struct{}     // closed when peers changes; nil if nobody waits
	sequence uint64            // of messages
	members  uint64            // that joined rooms
	subs     []*subscription
	rooms    []*room
	handlers []*handler
	watchers []*mailbox[nodeapi.Warning]

	files map[string]mfsEntry // the Mutable File System's, by path
}

// Held counts what callers have not given back: methods that run, iterators that
// have not ended, readers, subscriptions, rooms and streams that have not been
// closed, protocols that are handled.
func (b *Backend) Held() int { return int(b.held.Load()) }

// Closed reports whether Close was called.
func (b *Backend) Closed() bool { return b.closed.Load() }

// Blocks counts the blocks in the repo.
func (b *Backend) Blocks() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.blocks)
}

// enter counts a method in and asks the hook; done counts it out.
func (b *Backend) enter(ctx context.Context, method string) (done func(), err error) {
	if b.closed.Load() {
		return nil, nodeapi.Errorf(nodeapi.CodeStorageClosed, nil, "%s after Close", method)
	}
	leave := b.hold()
	defer func() {
		if done == nil { // the hook failed, or panicked
			leave()
		}
	}()
	if err := b.step(ctx, method); err != nil {
		return nil, err
	}
	return leave, nil
}

func (b *Backend) step(ctx context.Context, method string) error {
	if b.Hook != nil {
		if err := b.Hook(ctx, method); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// ID implements server.Backend.
func (b *Backend) ID(ctx context.Context) (nodeapi.ID, error) {
	done, err := b.enter(ctx, nodeapi.MethodID)
	if err != nil {
		return nodeapi.ID{}, err
	}
	defer done()
	return nodeapi.ID{ID: PeerID, AgentVersion: "servertest"}, nil
}

// Version implements server.Backend.
func (b *Backend) Version(ctx context.Context) (nodeapi.Version, error) {
	done, err := b.enter(ctx, nodeapi.MethodVersion)
	if err != nil {
		return nodeapi.Version{}, err
	}
	defer done()
	return nodeapi.Version{Version: "0.0.0", Repo: "1"}, nil
}

// IsOnline implements server.Backend.
func (b *Backend) IsOnline(ctx context.Context) (bool, error) {
	done, err := b.enter(ctx, nodeapi.MethodIsOnline)
	if err != nil {
		return false, err
	}
	defer done()
	return false, nil
}

// Config implements server.Backend.
func (b *Backend) Config() nodeapi.Config {
	b.mu.Lock()
	defer b.mu.Unlock()
	cfg := b.Settings
	for _, list := range lists(&cfg) {
		*list = slices.Clone(*list)
	}
	return cfg
}

// Extend implements server.Extender.
func (b *Backend) Extend(_ context.Context, cfg nodeapi.Config) error {
	for _, addr := range slices.Concat(cfg.Bootstrap, cfg.Relays) {
		if _, _, err := splitAddr(addr); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.Settings.Topics) == 0 {
		cfg.Topics = nil // every topic is allowed already
	}
	wanted := lists(&cfg)
	for i, list := range lists(&b.Settings) {
		for _, entry := range *wanted[i] {
			if !slices.Contains(*list, entry) {
				*list = append(*list, entry)
			}
		}
	}
	return nil
}

func lists(cfg *nodeapi.Config) []*[]string {
	return []*[]string{&cfg.Bootstrap, &cfg.Relays, &cfg.Swarm, &cfg.Topics, &cfg.DelegatedRouters, &cfg.Gateways}
}

// Close implements server.Backend.
func (b *Backend) Close() error {
	b.closed.Store(true)
	return nil
}

// oneOf refuses an option that is none of values.
func oneOf(option, value string, values ...string) error {
	if slices.Contains(values, value) {
		return nil
	}
	return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": option, "value": value},
		"%s is %q; it can be one of %q", option, value, values)
}

// hold counts something in until release is called.
func (b *Backend) hold() (release func()) {
	b.held.Add(1)
	return sync.OnceFunc(func() { b.held.Add(-1) })
}

// sequence makes an iterator out of a function that yields, counted while it
// runs, with the hook asked before each value.
func sequence[T any](ctx context.Context, b *Backend, method string, run func(yield func(T) bool) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		done, err := b.enter(ctx, method)
		if err != nil {
			yield(zero, err)
			return
		}
		defer done()
		stopped := false
		err = run(func(v T) bool {
			if err := b.step(ctx, method); err != nil {
				yield(zero, err)
				stopped = true
			} else {
				stopped = !yield(v, nil)
			}
			return !stopped
		})
		if err != nil && !stopped {
			yield(zero, err)
		}
	}
}

// reader is a counted reader of data that asks the hook before each read.
type reader struct {
	b      *Backend
	ctx    context.Context
	method string
	data   io.Reader
	done   func()
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.b.step(r.ctx, r.method); err != nil {
		return 0, err
	}
	return r.data.Read(p)
}

func (r *reader) Close() error {
	r.done()
	return nil
}
