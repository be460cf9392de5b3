package node

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const (
	// estimateAge is how old the browser's estimate may be when something is
	// written, or when a sample is taken.
	estimateAge = 30 * time.Second
	// estimatePause is the least time between two estimates that the watch asks
	// for by itself.
	estimatePause = time.Second
	// collectionStep is how many percent of the limit the level has to rise after
	// a collection for the next to start by itself: what is pinned is not
	// collected over and over.
	collectionStep = 5
)

// A storageWatch looks how full the repo and the origin's storage are, warns,
// and has garbage collected at a watermark. It looks after as many bytes as may
// matter, and never while nothing happens.
type storageWatch struct {
	store     *store
	estimate  func(context.Context) (usage, quota uint64, err error) // may be nil
	watermark float64                                                // percent; 0 for none
	collect   func(context.Context) error
	warnings  *warnings
	log       *slog.Logger
	wake      chan struct{} // 1 slot

	mu            sync.Mutex // guards following
	counted       bool
	blocks, bytes uint64 // as last counted
	estimated     time.Time
	written       uint64 // since the last look
	patience      uint64 // how much may be written until the next
	repo, origin  gauge
	next          float64 // percent at which to collect
}

func newStorageWatch(cfg Config, s *store, w *warnings) *storageWatch {
	return &storageWatch{
		store:     s,
		estimate:  cfg.Estimate,
		watermark: float64(cfg.StorageGCWatermark),
		warnings:  w,
		log:       cfg.Logger,
		wake:      make(chan struct{}, 1),
		patience:  math.MaxUint64,
		repo:      gauge{kind: limitStorageMax},
		origin:    gauge{kind: limitQuota},
		next:      float64(cfg.StorageGCWatermark),
	}
}

// run watches until ctx ends.
func (w *storageWatch) run(ctx context.Context) {
	for {
		if w.look(ctx) {
			w.collectGarbage(ctx)
		}
		if w.estimate != nil {
			select {
			case <-time.After(estimatePause):
			case <-ctx.Done():
			}
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
			return
		}
	}
}

// wrote notes that blocks of so many bytes were put. It blocks nobody.
func (w *storageWatch) wrote(bytes uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.written += bytes
	if w.written >= w.patience || w.isOld() {
		w.lookSoon()
	}
}

// lookSoon has run look.
func (w *storageWatch) lookSoon() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// isOld is called with mu held.
func (w *storageWatch) isOld() bool {
	return w.estimate != nil && time.Since(w.estimated) > estimateAge
}

// look finds out how full everything is, and warns. It reports whether it is
// time to collect garbage.
func (w *storageWatch) look(ctx context.Context) (collect bool) {
	w.mu.Lock()
	w.written = 0
	w.mu.Unlock()
	w.count(ctx)
	w.ask(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.follow(&w.repo, w.bytes, w.store.limit.most)
	w.follow(&w.origin, w.origin.used, w.origin.limit)
	w.patience = min(w.repo.patience(), w.origin.patience())
	if w.watermark > 0 {
		g := w.limiting()
		w.next = max(w.watermark, min(w.next, g.percent()+collectionStep))
		w.patience = min(w.patience, g.patience(w.next))
		collect = g.percent() >= w.next
	}
	if w.written >= w.patience { // since the count, which may have missed it
		w.lookSoon()
	}
	return collect
}

// limiting is the gauge that the watermark is about. It is called with mu held.
func (w *storageWatch) limiting() *gauge {
	if w.store.limit.most > 0 {
		return &w.repo
	}
	return &w.origin
}

// follow sets a gauge and tells what that means. It is called with mu held.
func (w *storageWatch) follow(g *gauge, used, limit uint64) {
	switch up, down := g.set(used, limit); {
	case up:
		w.warnings.stand(g.kind, g.warning())
	case down && g.marks == 0:
		w.warnings.over(g.kind)
	}
}

// count counts the blocks, unless that is dear and nothing depends on it.
func (w *storageWatch) count(ctx context.Context) {
	if !w.store.countsCheaply() && w.store.limit.most == 0 {
		return
	}
	blocks, bytes, err := w.store.stat(ctx)
	if err != nil {
		w.warn(ctx, "the blocks could not be counted", err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counted, w.blocks, w.bytes = true, blocks, bytes
}

// ask asks the browser for its estimate, and returns it as last known.
func (w *storageWatch) ask(ctx context.Context) (usage, quota uint64) {
	if w.estimate == nil {
		return 0, 0
	}
	usage, quota, err := w.estimate(ctx)
	if err != nil {
		w.warn(ctx, "the browser did not estimate its storage", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.estimated = time.Now()
	if err == nil {
		w.origin.used, w.origin.limit = usage, quota
	}
	return w.origin.used, w.origin.limit
}

func (w *storageWatch) warn(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		w.log.WarnContext(ctx, what, "error", err)
	}
}

// collectGarbage collects, and looks what that came to.
func (w *storageWatch) collectGarbage(ctx context.Context) {
	if err := w.collect(ctx); err != nil {
		w.warn(ctx, "garbage could not be collected", err)
	}
	w.mu.Lock()
	w.next = math.Inf(1) // collectionStep above what is left
	w.mu.Unlock()
	w.look(ctx)
}

// sample fills in what is known, and has old figures renewed for the next time.
func (w *storageWatch) sample(ctx context.Context, into *nodeapi.StatusSample) {
	w.mu.Lock()
	counted := w.counted
	if w.isOld() {
		w.lookSoon()
	}
	into.Blocks, into.RepoSize = w.blocks, w.bytes
	into.Usage, into.Quota = w.origin.used, w.origin.limit
	w.mu.Unlock()
	if !counted || !w.store.countsCheaply() {
		return
	}
	if blocks, bytes, err := w.store.stat(ctx); err == nil {
		into.Blocks, into.RepoSize = blocks, bytes
	}
}

// Sample fills in the peers connected, what the repo holds, and what the browser
// last said of its storage.
func (n *Node) Sample(ctx context.Context, into *nodeapi.StatusSample) {
	ctx, end := n.begin(ctx)
	defer end()
	n.storage.sample(ctx, into)
	if n.net != nil {
		into.Peers = uint64(len(n.net.Host().Network().Peers()))
	}
}
