package blockstore_test

import (
	"context"
	"fmt"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/blockstore"
)

func ExampleStore() {
	ctx := context.Background()
	store := blockstore.NewMemory() // in a browser: blockstore.Open
	defer store.Close()

	b := blocks.NewBlock([]byte("hello world"))
	if err := store.Blocks().Put(ctx, b); err != nil {
		fmt.Println(err)
	}
	size, _ := store.Blocks().GetSize(ctx, cid.NewCidV1(cid.Raw, b.Cid().Hash()))
	fmt.Println(size)

	if err := store.Datastore().Put(ctx, ds.NewKey("/root"), b.Cid().Bytes()); err != nil {
		fmt.Println(err)
	}
	has, _ := store.Datastore().Has(ctx, ds.NewKey("/root"))
	fmt.Println(has)
	// Output:
	// 11
	// true
}
