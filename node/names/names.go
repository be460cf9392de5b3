package names

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/ipfs/boxo/ipns"
	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/keystore"
)

// A Router has records of names. Its GetIPNS returns delegated.ErrNotFound for a
// name that it does not know; what it returns otherwise is verified here.
type Router interface {
	URL() string
	GetIPNS(ctx context.Context, name ipns.Name) ([]byte, error)
	PutIPNS(ctx context.Context, name ipns.Name, record []byte) error
}

// Config says what a Names is made of. All fields but Logger are required.
type Config struct {
	Records ds.Batching
	Keys    *keystore.Store
	// Routers returns those to ask, in order. It may change between calls; Wake
	// tells that it has.
	Routers func() []Router
	// LookupTXT returns a domain's TXT records; that there are none is no error.
	LookupTXT func(ctx context.Context, domain string) ([]string, error)
	Logger    *slog.Logger
}

// Names publishes and resolves names. Its methods may be called concurrently.
type Names struct {
	cfg   Config
	cache cache

	ctx     context.Context // ends when Close is called
	stop    context.CancelFunc
	running sync.WaitGroup
	woken   chan struct{} // 1 slot

	writing sync.Mutex // held from looking at a record to writing it

	mu  sync.Mutex // guards following
	due map[ipns.Name]renewal
}

// New returns a Names that has asked for nothing yet. It is to be closed.
func New(cfg Config) *Names {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	n := &Names{cfg: cfg, woken: make(chan struct{}, 1), due: map[ipns.Name]renewal{}}
	n.ctx, n.stop = context.WithCancel(context.Background())
	n.running.Go(n.renewAll)
	return n
}

// Close ends what goes on in the background. No call may be under way.
func (n *Names) Close() error {
	n.stop()
	n.running.Wait()
	return nil
}

// Options say how a name is resolved.
type Options struct {
	NoCache bool // ask the routers even if what they said is still good
	Offline bool // look in the repo alone
}

// NotFound is the error of a name of which nobody has a record.
func NotFound(name string) error {
	return nodeapi.Errorf(nodeapi.CodeNameNotFound, map[string]any{"name": name}, "nobody has a record of %s", name)
}

func invalidRecord(name string, why error) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidRecord, map[string]any{"name": name},
		"the record of %s cannot be used: %w", name, why)
}

// ErrNoRouter is the answer to what needs a router, where there is none.
var ErrNoRouter = &nodeapi.Error{
	Code:    nodeapi.CodeNoRouter,
	Message: "no router is configured: delegatedRouters has the URLs of those to ask",
}

// ended returns why ctx ended, or an err that is another.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.As(err, new(*nodeapi.Error)) {
		return context.Cause(ctx)
	}
	return err
}
