package blockstore_test

import (
	"testing"

	bstore "github.com/ipfs/boxo/blockstore"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/blockstore/blockstoretest"
)

func TestIndexedDB(t *testing.T) {
	blockstoretest.Test(t, func(t *testing.T) bstore.Blockstore {
		store, err := blockstore.Open(t.Context(), blockstore.FreshName(t), blockstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return closable{store.Blocks(), store}
	})
}
