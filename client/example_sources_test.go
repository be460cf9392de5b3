package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func ExampleClient_AddBlockSource() {
	ctx := context.Background()
	own, other := openExample(ctx), openExample(ctx) // of the nodes of two origins
	defer own.Close()
	defer other.Close()
	stat, err := other.Block().Put(ctx, []byte("hello world"), nodeapi.BlockPutOptions{})
	if err != nil {
		log.Fatal(err)
	}

	source, err := own.AddBlockSource(ctx, other.Block().Get)
	if err != nil {
		log.Fatal(err)
	}
	block, err := own.Block().Get(ctx, stat.Cid)
	fmt.Println(string(block), err)

	source.Close()
	_, err = own.Block().Get(ctx, stat.Cid)
	fmt.Println(err)
	// Output:
	// hello world <nil>
	// block.get: no block bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
}
