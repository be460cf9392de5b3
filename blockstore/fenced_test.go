package blockstore

import (
	"errors"
	"sync/atomic"
	"testing"

	blocks "github.com/ipfs/go-block-format"
)

func TestFence(t *testing.T) {
	var (
		memory  = &memory{}
		taken   atomic.Pointer[error]
		asked   atomic.Int64
		reasons = make(chan error, 2)
		store   *Store
	)
	store = newStore(fenced{
		engine: memory,
		mayWrite: func() error {
			asked.Add(1)
			if err := taken.Load(); err != nil {
				return *err
			}
			return nil
		},
		lost: func() { store.shut(ErrTaken, func(reason error) { reasons <- reason }) },
	})
	made := []blocks.Block{blocks.NewBlock([]byte("a")), blocks.NewBlock([]byte("b"))}
	if err := store.Blocks().Put(t.Context(), made[0]); err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times before one write", n)
	}
	if has, err := store.Blocks().Has(t.Context(), made[0].Cid()); !has || err != nil {
		t.Errorf("Has: got %v, %v", has, err)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times, also before a read", n)
	}

	stolen := errors.New("stolen")
	taken.Store(&stolen)
	err := store.Blocks().Put(t.Context(), made[1])
	for _, want := range []error{ErrClosed, ErrTaken, stolen} {
		if !errors.Is(err, want) {
			t.Errorf("Put: got %v; want it to match %v", err, want)
		}
	}
	if reason := <-reasons; !errors.Is(reason, ErrTaken) || !errors.Is(reason, ErrClosed) {
		t.Errorf("the reason for closing: got %v", reason)
	}
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"Put", func() error { return store.Blocks().Put(t.Context(), made[1]) }},
		{"Has", func() error { _, err := store.Blocks().Has(t.Context(), made[0].Cid()); return err }},
	} {
		if err := c.call(); !errors.Is(err, ErrTaken) {
			t.Errorf("%s afterwards: got %v; want ErrTaken", c.name, err)
		}
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}
