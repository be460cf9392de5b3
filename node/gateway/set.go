package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/web"
)

// MaxGateways is how many gateways there may be.
const MaxGateways = 16

// Bounds of what is asked for, in all and of one gateway. A block is in memory
// whole before it is known to be one.
const (
	maxAsking      = 16
	maxAskingOne   = 6 // what browsers open to a server of HTTP/1.1
	MaxBlock       = 2 << 20
	answerTime     = 30 * time.Second // for one block
	hedge          = 2 * time.Second  // after which the next gateway is asked too
	idle           = 10 * time.Second
	askAgain       = 15 * time.Second // when no gateway has had a block
	askAgainLonger = 5 * time.Minute
)

// Config says what a Set is made of.
type Config struct {
	// Verify returns an error of nodeapi.CodeInvalidBlock if data does not hash to
	// the CID. Required.
	Verify func(ctx context.Context, c cid.Cid, data []byte) error
	// Blamed is told of a gateway that lies, or whose answers the browser withholds
	// (nodeapi.CodeCORSRefused), each time that it is left alone for it. Optional.
	Blamed func(url string, err error)
}

// Set is the gateways there are. Its methods may be called concurrently.
type Set struct {
	cfg    Config
	asking chan struct{} // a slot for each request

	mu       sync.Mutex // guards following
	gateways []*gateway
	changed  chan struct{} // closed when there are more
}

// New returns an empty Set.
func New(cfg Config) *Set {
	if cfg.Blamed == nil {
		cfg.Blamed = func(string, error) {}
	}
	return &Set{cfg: cfg, asking: make(chan struct{}, maxAsking), changed: make(chan struct{})}
}

// Check returns the URL of a gateway as it is used.
func Check(text string) (string, error) {
	base, err := web.CheckURL(text)
	return strings.TrimSuffix(base, "/ipfs"), err
}

// Add adds gateways, whose URLs were checked. Those that are there are left out.
func (s *Set) Add(urls ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.gateways)
	for _, url := range urls {
		known := slices.ContainsFunc(s.gateways, func(g *gateway) bool { return g.url == url })
		if !known && len(s.gateways) < MaxGateways {
			s.gateways = append(s.gateways, &gateway{url: url, slots: make(chan struct{}, maxAskingOne)})
		}
	}
	if len(s.gateways) > before {
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// Len returns how many gateways there are.
func (s *Set) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.gateways)
}

// Get returns a block as soon as a gateway has it. Like a question to peers it
// has no end of its own: what no gateway has, or no gateway is there for, is asked
// for again later.
func (s *Set) Get(ctx context.Context, c cid.Cid) ([]byte, error) {
	for pause := askAgain; ; pause = min(2*pause, askAgainLonger) {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		data, err := s.try(ctx, c)
		if err == nil {
			return data, nil
		}
		timer := time.NewTimer(s.soonest(pause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, context.Cause(ctx)
		case <-changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// soonest returns when a gateway that is left alone may be asked again, or most.
func (s *Set) soonest(most time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.gateways {
		if left := g.pausedFor(); left > 0 {
			most = min(most, left)
		}
	}
	return most
}

// ErrNone says that no gateway gave a block, for whatever reason.
var ErrNone = errors.New("gateway: no gateway has the block")

// try asks the gateways, the most promising one first, and the next when that has
// failed or takes long.
func (s *Set) try(ctx context.Context, c cid.Cid) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type answer struct {
		data []byte
		err  error
	}
	answers := make(chan answer)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	open := 0
	candidates := s.ready()
	for {
		var late <-chan time.Time
		if len(candidates) > 0 {
			next := candidates[0]
			candidates = candidates[1:]
			open++
			asking.Go(func() {
				data, err := s.ask(ctx, next, c)
				select {
				case answers <- answer{data, err}:
				case <-ctx.Done():
				}
			})
			timer := time.NewTimer(hedge)
			defer timer.Stop()
			late = timer.C
		}
		if open == 0 {
			return nil, ErrNone
		}
		select {
		case a := <-answers:
			open--
			if a.err == nil {
				return a.data, nil
			}
		case <-late:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// ready returns the gateways that may be asked now, the best first.
func (s *Set) ready() []*gateway {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ready []*gateway
	for _, g := range s.gateways {
		if g.pausedFor() <= 0 {
			ready = append(ready, g)
		}
	}
	slices.SortStableFunc(ready, func(a, b *gateway) int { return a.compare(b) })
	return ready
}

// ask gets a block from one gateway, and notes how that went.
func (s *Set) ask(ctx context.Context, g *gateway, c cid.Cid) ([]byte, error) {
	for _, slots := range []chan struct{}{g.slots, s.asking} {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	if g.pausedFor() > 0 {
		return nil, ErrNone // since this began to wait
	}
	within, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	began := time.Now()
	data, retry, err := g.fetch(within, c)
	if err == nil {
		err = s.cfg.Verify(within, c, data)
	}
	switch code := nodeapi.CodeOf(err); {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err == nil, errors.Is(err, errMissing):
		g.answered(time.Since(began))
	case errors.Is(err, web.ErrIdle), errors.Is(err, context.DeadlineExceeded), code == nodeapi.CodeHTTPMalformed:
		// It may be what was asked for: a block that the gateway looks for in vain, or
		// one that is too large. Whoever asks for such must not take the gateway from
		// others, who only ask better ones first.
		g.answered(answerTime)
	case code == nodeapi.CodeInvalidBlock, code == nodeapi.CodeCORSRefused:
		g.blame()
		s.cfg.Blamed(g.url, err)
	default:
		g.failed(retry)
	}
	return data, err
}

// errMissing is the answer of a gateway that does not have a block.
var errMissing = errors.New("gateway: it does not have the block")

func (g *gateway) fetch(ctx context.Context, c cid.Cid) (data []byte, retry string, err error) {
	resp, err := web.Fetch(ctx, web.Request{
		URL:      g.url + "/ipfs/" + c.String() + "?format=raw",
		Header:   map[string]string{"Accept": "application/vnd.ipld.raw"},
		MaxBytes: MaxBlock,
		Idle:     idle,
	})
	if err != nil {
		return nil, "", err
	}
	defer resp.Close()
	switch resp.Status {
	case 200:
		data, err := io.ReadAll(resp)
		return data, "", err
	case 404, 410, 451, 504: // that it has looked for the block in vain is told by the last
		return nil, "", errMissing
	}
	return nil, resp.RetryAfter, fmt.Errorf("asking for a block: %w", resp.Refused())
}
