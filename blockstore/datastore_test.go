package blockstore

import (
	"testing"

	dstest "github.com/ipfs/go-datastore/test"
)

func TestMemoryDatastore(t *testing.T) {
	store := NewMemory()
	defer store.Close()
	dstest.SubtestAll(t, store.Datastore())
}
