package accounts_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/accounts"
)

const origin = "https://a.example"

func noCount(context.Context, string) (uint64, error) {
	return 0, errors.New("nothing is to be counted")
}

func newLedger(t *testing.T, d ds.Datastore) *accounts.Ledger {
	return accounts.NewLedger(d, noCount, func(err error) { t.Errorf("told of %v", err) })
}

func newDatastore() ds.Batching { return dssync.MutexWrap(ds.NewMapDatastore()) }

func accountOf(t *testing.T, l *accounts.Ledger) *accounts.Account {
	t.Helper()
	a, err := l.Account(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func take(t *testing.T, c *accounts.Charge, bytes uint64) {
	t.Helper()
	if err := c.Take(t.Context(), bytes, 1<<20); err != nil {
		t.Fatal(err)
	}
}

// TestCountBesideOperations wants what a count cannot have found to be added to it:
// what operations under way took before it, and what was taken since.
func TestCountBesideOperations(t *testing.T) {
	a := accountOf(t, newLedger(t, newDatastore()))
	over := a.Begin()
	take(t, over, 1) // is found, or garbage
	over.End()
	running := a.Begin()
	take(t, running, 10)
	count := a.BeginCount()
	take(t, running, 100)
	quick := a.Begin()
	take(t, quick, 1000)
	quick.End()
	given := a.Begin()
	take(t, given, 10_000)
	given.Return(10_000)
	given.End()
	if err := count.Set(t.Context(), 100_000); err != nil {
		t.Fatal(err)
	}
	if got := a.Used(); got != 101_110 {
		t.Errorf("got %d; want 101110", got)
	}
	running.End()
	again := a.BeginCount()
	if err := again.Set(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if got := a.Used(); got != 7 {
		t.Errorf("got %d of a count beside nothing; want 7", got)
	}
}

// TestTakeAtOnce wants no more taken than the quota, to the byte.
func TestTakeAtOnce(t *testing.T) {
	a := accountOf(t, newLedger(t, newDatastore()))
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			c := a.Begin()
			defer c.End()
			for c.Take(t.Context(), 7, 7001) == nil {
				if got := a.Used(); got > 7001 {
					t.Errorf("%d bytes are taken", got)
				}
			}
		})
	}
	wg.Wait()
	if got := a.Used(); got != 7000 {
		t.Errorf("got %d; want 7000", got)
	}
}

// TestRecordIsABound wants a ledger that takes over without the other's Close to
// say no less than was taken, after each byte.
func TestRecordIsABound(t *testing.T) {
	d := newDatastore()
	l := newLedger(t, d)
	c := accountOf(t, l).Begin()
	for taken := uint64(1); taken < 50_000; taken += 997 {
		if err := c.Take(t.Context(), 997, 100_000); err != nil {
			t.Fatal(err)
		}
		if got := accountOf(t, newLedger(t, d)).Used(); got < taken || got > taken+2*4096 {
			t.Fatalf("after a crash: %d bytes; %d were taken", got, taken)
		}
	}
	used := accountOf(t, l).Used()
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := accountOf(t, newLedger(t, d)).Used(); got != used {
		t.Errorf("after Close: %d bytes; want %d", got, used)
	}
}

type failing struct{ ds.Batching }

var errDown = errors.New("the power is off")

func (failing) Put(context.Context, ds.Key, []byte) error { return errDown }

// TestTakeWithoutARecord wants nothing taken that a restart would not know of.
func TestTakeWithoutARecord(t *testing.T) {
	a := accountOf(t, newLedger(t, failing{newDatastore()}))
	if err := a.Begin().Take(t.Context(), 1, 10); !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
	if got := a.Used(); got != 0 {
		t.Errorf("%d bytes are taken", got)
	}
}

func TestQuotaExceeded(t *testing.T) {
	c := accountOf(t, newLedger(t, newDatastore())).Begin()
	take(t, c, 5)
	for _, bytes := range []uint64{6, 1 << 63, 1<<64 - 1} {
		for _, err := range []error{c.Take(t.Context(), bytes, 10), c.Check(bytes, 10)} {
			var coded *nodeapi.Error
			if !errors.As(err, &coded) || coded.Code != nodeapi.CodeQuotaExceeded || coded.Details["used"] != uint64(5) ||
				coded.Details["limit"] != uint64(10) || coded.Details["origin"] != origin {
				t.Errorf("%d bytes: got %v", bytes, err)
			}
		}
	}
}
