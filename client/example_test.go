package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"testing/fstest"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// In a browser it is Dial that opens a client. Anywhere else it takes a port
// whose other end is served.
func openExample(ctx context.Context) *client.Client {
	port, served := messageport.Pipe()
	s := server.New(server.Config{Backend: &servertest.Backend{}})
	go func() { _ = s.Serve(ctx, served) }()
	c, err := client.Open(ctx, port, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	return c
}

func Example() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	added, err := c.Add(ctx, strings.NewReader("hello world"), nodeapi.AddOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(added.Cid)

	r, err := c.Cat(ctx, added.Cid.String(), client.CatOptions{Offset: 6})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(os.Stdout, r); err != nil {
		log.Fatal(err)
	}
	// Output:
	// bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
	// world
}

func ExampleClient_AddFS() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	site := fstest.MapFS{
		"index.html":   {Data: []byte("<h1>hello</h1>")},
		"img/logo.svg": {Data: []byte("<svg/>")},
	}
	var root nodeapi.Added
	for event, err := range c.AddFS(ctx, site, nodeapi.AddOptions{WrapWithDirectory: true}) {
		if err != nil {
			log.Fatal(err)
		}
		root = *event.Added // the root comes last
	}
	for entry, err := range c.List(ctx, root.Cid.String()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(entry.Type, entry.Name, entry.Size)
	}
	// Output:
	// dir img 0
	// file index.html 14
}

func ExampleClient_Cat_error() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	r, err := c.Cat(ctx, "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", client.CatOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	_, err = io.ReadAll(r)
	fmt.Println(errors.Is(err, &nodeapi.Error{Code: nodeapi.CodeNotFound}))
	// Output: true
}

func ExampleBlock_Put() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	stat, err := c.Block().Put(ctx, []byte("a block"), nodeapi.BlockPutOptions{})
	if err != nil {
		log.Fatal(err)
	}
	data, err := c.Block().Get(ctx, stat.Cid)
	fmt.Printf("%s %d %v\n", data, stat.Size, err)
	// Output: a block 7 <nil>
}
