package blockstore_test

import (
	"io"
	"testing"

	bstore "github.com/ipfs/boxo/blockstore"
	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/blockstore/blockstoretest"
)

// The suite holds against a store that is not ours.
func TestBoxoMapStore(t *testing.T) {
	blockstoretest.Test(t, func(*testing.T) bstore.Blockstore {
		return bstore.NewBlockstore(dssync.MutexWrap(ds.NewMapDatastore()))
	})
}

// closable is a Store's blocks with the Store's Close.
type closable struct {
	*blockstore.Blocks
	io.Closer
}

func TestMemory(t *testing.T) {
	blockstoretest.Test(t, func(t *testing.T) bstore.Blockstore {
		store := blockstore.NewMemory()
		t.Cleanup(func() { store.Close() })
		return closable{store.Blocks(), store}
	})
}

// cached is a closable that keeps blocks in memory.
type cached struct {
	*blockstore.Cached
	io.Closer
}

func TestCached(t *testing.T) {
	for _, size := range []int{0, 64 << 10, 16 << 20} { // which keep nothing, some and all
		blockstoretest.Test(t, func(t *testing.T) bstore.Blockstore {
			store := blockstore.NewMemory()
			t.Cleanup(func() { store.Close() })
			return cached{blockstore.NewCached(store.Blocks(), size), store}
		})
	}
}
