package blockstoretest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"testing"
	"time"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

// New makes an empty store for one test, and has t's cleanup close it.
type New func(t *testing.T) bstore.Blockstore

// Test runs the contract against stores that newStore makes. Powers that they
// lack are skipped, and so is what concerns closing if they are no io.Closer.
func Test(t *testing.T, newStore New) {
	for _, tc := range []struct {
		name string
		run  func(t *testing.T, s bstore.Blockstore)
	}{
		{"Missing", testMissing},
		{"PutGetDelete", testPutGetDelete},
		{"Twice", testTwice},
		{"SameMultihash", testSameMultihash},
		{"OtherMultihash", testOtherMultihash},
		{"Identity", testIdentity},
		{"PutMany", testPutMany},
		{"List", testList},
		{"ListDuringWrites", testListDuringWrites},
		{"ListCancelled", testListCancelled},
		{"Cancelled", testCancelled},
		{"CancelledMidway", testCancelledMidway},
		{"Concurrent", testConcurrent},
		{"PutAfterDelete", testPutAfterDelete},
		{"GetMany", testGetMany},
		{"DeleteMany", testDeleteMany},
		{"AllSizes", testAllSizes},
		{"Stat", testStat},
		{"Close", testClose},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			tc.run(t, newStore(t))
			noneLeft(t, before)
		})
	}
}

// noneLeft waits for goroutines that the test started to end. A few of the
// store's own may stay while it is open.
func noneLeft(t *testing.T, before int) {
	t.Helper()
	const stay = 4
	var now int
	for range 100 {
		if now = runtime.NumGoroutine(); now <= before+stay {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left of a test that began with %d", now, before)
}

// randomBlock makes a block that no other test has. It does not compress.
func randomBlock(t *testing.T, size int) blocks.Block {
	t.Helper()
	data := make([]byte, size)
	if _, err := rand.Read(data); err != nil {
		t.Fatal(err)
	}
	return blocks.NewBlock(data)
}

func randomBlocks(t *testing.T, n, size int) []blocks.Block {
	t.Helper()
	made := make([]blocks.Block, n)
	for i := range made {
		made[i] = randomBlock(t, size)
	}
	return made
}

func cidsOf(many []blocks.Block) []cid.Cid {
	cids := make([]cid.Cid, len(many))
	for i, b := range many {
		cids[i] = b.Cid()
	}
	return cids
}

func put(t *testing.T, s bstore.Blockstore, many ...blocks.Block) {
	t.Helper()
	if err := s.PutMany(t.Context(), many); err != nil {
		t.Errorf("PutMany: %v", err)
	}
}

func remove(t *testing.T, s bstore.Blockstore, c cid.Cid) {
	t.Helper()
	if err := s.DeleteBlock(t.Context(), c); err != nil {
		t.Errorf("DeleteBlock(%s): %v", c, err)
	}
}

// wantBlock checks that c finds data by all three ways of asking.
func wantBlock(t *testing.T, s bstore.Blockstore, c cid.Cid, data []byte) {
	t.Helper()
	got, err := s.Get(t.Context(), c)
	if err != nil {
		t.Errorf("Get(%s): got %v; want a block", c, err)
		return
	}
	if got.Cid() != c {
		t.Errorf("Get(%s): got a block under %s; want the CID asked for", c, got.Cid())
	}
	if !bytes.Equal(got.RawData(), data) {
		t.Errorf("Get(%s): got %d other bytes; want the %d put", c, len(got.RawData()), len(data))
	}
	if has, err := s.Has(t.Context(), c); !has || err != nil {
		t.Errorf("Has(%s): got %v, %v; want true", c, has, err)
	}
	if size, err := s.GetSize(t.Context(), c); size != len(data) || err != nil {
		t.Errorf("GetSize(%s): got %d, %v; want %d", c, size, err, len(data))
	}
}

// wantMissing checks that c finds nothing by all three ways of asking.
func wantMissing(t *testing.T, s bstore.Blockstore, c cid.Cid) {
	t.Helper()
	_, err := s.Get(t.Context(), c)
	wantNotFound(t, "Get", c, err)
	if has, err := s.Has(t.Context(), c); has || err != nil {
		t.Errorf("Has(%s): got %v, %v; want false", c, has, err)
	}
	size, err := s.GetSize(t.Context(), c)
	wantNotFound(t, "GetSize", c, err)
	if size != -1 {
		t.Errorf("GetSize(%s): got size %d; want -1 for a missing block", c, size)
	}
}

func wantNotFound(t *testing.T, op string, c cid.Cid, err error) {
	t.Helper()
	var missing ipld.ErrNotFound
	if !errors.As(err, &missing) || missing.Cid != c {
		t.Errorf("%s(%s): got %v; want ipld.ErrNotFound with that CID", op, c, err)
	}
}

// wantContextError checks the error of a call whose context was ended.
func wantContextError(t *testing.T, op string, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%s with an ended context: got %v; want nil or the context's error", op, err)
	}
}
