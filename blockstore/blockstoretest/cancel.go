package blockstoretest

import (
	"context"
	"testing"
	"time"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
)

// testCancelled: with a context that has ended a call has its full effect and
// no error, or none and the context's error.
func testCancelled(t *testing.T, s bstore.Blockstore) {
	there, fresh := randomBlock(t, 100), randomBlock(t, 100)
	put(t, s, there)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	checkOutcomes(t, ctx, s, there, fresh)
}

// testCancelledMidway ends the context ever later, until calls are through
// before that.
func testCancelledMidway(t *testing.T, s bstore.Blockstore) {
	for delay := time.Duration(0); delay < 5*time.Millisecond; delay += 250 * time.Microsecond {
		there, fresh := randomBlock(t, 100<<10), randomBlock(t, 100<<10)
		put(t, s, there)
		ctx, cancel := context.WithTimeoutCause(t.Context(), delay, context.Canceled)
		checkOutcomes(t, canceled{ctx}, s, there, fresh)
		cancel()
	}
}

// canceled is a context whose error is Canceled, however it ended.
type canceled struct{ context.Context }

func (c canceled) Err() error {
	if c.Context.Err() != nil {
		return context.Canceled
	}
	return nil
}

func checkOutcomes(t *testing.T, ctx context.Context, s bstore.Blockstore, there, fresh blocks.Block) {
	t.Helper()
	if _, err := s.Get(ctx, there.Cid()); err != nil {
		wantContextError(t, "Get", err)
	}
	if has, err := s.Has(ctx, there.Cid()); err != nil {
		wantContextError(t, "Has", err)
	} else if !has {
		t.Error("Has with an ended context: got false and no error for a block that is there")
	}
	if _, err := s.GetSize(ctx, there.Cid()); err != nil {
		wantContextError(t, "GetSize", err)
	}
	if err := s.Put(ctx, fresh); err != nil {
		wantContextError(t, "Put", err)
		wantMissing(t, s, fresh.Cid())
	} else {
		wantBlock(t, s, fresh.Cid(), fresh.RawData())
	}
	if err := s.DeleteBlock(ctx, there.Cid()); err != nil {
		wantContextError(t, "DeleteBlock", err)
		wantBlock(t, s, there.Cid(), there.RawData())
	} else {
		wantMissing(t, s, there.Cid())
	}
}
