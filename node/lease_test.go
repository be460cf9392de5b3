package node

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

func blockNumbered(t *testing.T, i int) cid.Cid {
	t.Helper()
	mh, err := multihash.Sum(fmt.Append(nil, i), multihash.SHA2_256, -1)
	if err != nil {
		t.Fatal(err)
	}
	return cid.NewCidV1(cid.Raw, mh)
}

// TestGuard goes through the guard's rules one by one.
func TestGuard(t *testing.T) {
	g := newGuard()
	held, released, before, free := blockNumbered(t, 1), blockNumbered(t, 2), blockNumbered(t, 3), blockNumbered(t, 4)
	hold := func(c cid.Cid) *lease {
		l := g.lease()
		if err := l.hold(context.Background(), c.Hash()); err != nil {
			t.Fatal(err)
		}
		return l
	}
	hold(before).release()
	overlapping := hold(released)
	end := g.collect()
	defer hold(held).release()
	overlapping.release()
	var deleted []cid.Cid
	got, err := g.delete([]cid.Cid{held, released, before, free}, func(cids []cid.Cid) error {
		deleted = cids
		return nil
	})
	if err != nil || len(got) != 2 || got[0] != before || got[1] != free || len(deleted) != 2 {
		t.Errorf("deleted %v and said %v, %v; want what nobody held since the collection began", deleted, got, err)
	}
	end()
	defer g.collect()()
	if got, _ := g.delete([]cid.Cid{held, released}, func([]cid.Cid) error { return nil }); len(got) != 1 || got[0] != released {
		t.Errorf("the next collection deleted %v; want what is not held any more", got)
	}
	failed := errors.New("failed")
	if got, err := g.delete([]cid.Cid{free}, func([]cid.Cid) error { return failed }); !errors.Is(err, failed) || got != nil {
		t.Errorf("a failed deletion said %v, %v", got, err)
	}
	hold(free).release() // a failed deletion is over as well
}

// TestHoldWaitsForDeletion wants who needs a block that is being deleted to wait
// for that, and no one else.
func TestHoldWaitsForDeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuard()
		wanted, other := blockNumbered(t, 1), blockNumbered(t, 2)
		defer g.collect()()
		deleting := make(chan struct{})
		go func() {
			_, _ = g.delete([]cid.Cid{wanted}, func([]cid.Cid) error {
				<-deleting
				return nil
			})
		}()
		synctest.Wait()
		l := g.lease()
		defer l.release()
		if err := l.hold(t.Context(), other.Hash()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		held := make(chan error, 2)
		go func() { held <- l.hold(ctx, wanted.Hash()) }()
		go func() { held <- l.hold(t.Context(), other.Hash(), wanted.Hash()) }()
		synctest.Wait()
		if len(held) != 0 {
			t.Error("a block was held while it was being deleted")
		}
		cancel()
		synctest.Wait()
		if len(held) != 1 || !errors.Is(<-held, context.Canceled) {
			t.Error("waiting did not end with its context")
		}
		close(deleting)
		if err := <-held; err != nil {
			t.Errorf("after the deletion: %v", err)
		}
	})
}
