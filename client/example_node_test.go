package client_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"strings"
	"testing/fstest"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

func ExampleDAG_Export() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()
	other := openExample(ctx)
	defer other.Close()

	added, err := c.Add(ctx, strings.NewReader("hello world"), nodeapi.AddOptions{})
	if err != nil {
		log.Fatal(err)
	}
	car, err := c.DAG().Export(ctx, added.Cid.String())
	if err != nil {
		log.Fatal(err)
	}
	defer car.Close()
	roots, imported, err := other.DAG().Import(ctx, car, nodeapi.DAGImportOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, root := range roots {
		fmt.Println(root.Cid, root.PinErrorMsg == "")
	}
	fmt.Println(imported.BlockCount, "block of", imported.BlockBytesCount, "bytes")
	// Output:
	// bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e true
	// 1 block of 11 bytes
}

func ExampleDAG_Stat() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	added, err := c.Add(ctx, strings.NewReader("hello world"), nodeapi.AddOptions{})
	if err != nil {
		log.Fatal(err)
	}
	stat, err := c.DAG().Stat(ctx, added.Cid.String())
	fmt.Println(stat.UniqueBlocks, stat.TotalSize, err)
	// Output: 1 11 <nil>
}

func ExampleClient_Refs() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	site := fstest.MapFS{"index.html": {Data: []byte("<h1>hello</h1>")}, "img/logo.svg": {Data: []byte("<svg/>")}}
	var root nodeapi.Added
	for event, err := range c.AddFS(ctx, site, nodeapi.AddOptions{WrapWithDirectory: true}) {
		if err != nil {
			log.Fatal(err)
		}
		root = *event.Added
	}
	links := c.Refs(ctx, []string{root.Cid.String()}, client.RefsOptions{Recursive: true, Format: "<linkname>"})
	for ref, err := range links {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(ref.Ref)
	}
	// Output:
	// img
	// logo.svg
	// index.html
}

func ExampleClient_Resolve() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	added, err := c.Add(ctx, strings.NewReader("hello world"), nodeapi.AddOptions{})
	if err != nil {
		log.Fatal(err)
	}
	path, err := c.Resolve(ctx, added.Cid.String(), client.ResolveOptions{})
	fmt.Println(path, err)
	// Output: /ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e <nil>
}

func ExampleBootstrap() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	const peer = "/ip4/127.0.0.1/tcp/4002/ws/p2p/12D3KooWPeer"
	if _, err := c.Bootstrap().Add(ctx, peer); err != nil {
		log.Fatal(err)
	}
	peers, err := c.Bootstrap().List(ctx)
	fmt.Println(peers, err)
	// Output: [/ip4/127.0.0.1/tcp/4002/ws/p2p/12D3KooWPeer] <nil>
}

func ExamplePin_Update() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	first, err := c.Add(ctx, strings.NewReader("first"), nodeapi.AddOptions{PinName: "latest"})
	if err != nil {
		log.Fatal(err)
	}
	second, err := c.Add(ctx, strings.NewReader("second"), nodeapi.AddOptions{Pin: new(false)})
	if err != nil {
		log.Fatal(err)
	}
	_, pinned, err := c.Pin().Update(ctx, first.Cid.String(), second.Cid.String(), client.PinUpdateOptions{})
	fmt.Println(pinned == second.Cid, err)
	// Output: true <nil>
}

func ExampleDAG_ImportAll() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()
	other := openExample(ctx)
	defer other.Close()

	cars := func(yield func(nodeapi.CAR, error) bool) {
		for _, text := range []string{"one", "two"} {
			added, err := c.Add(ctx, strings.NewReader(text), nodeapi.AddOptions{})
			if err != nil {
				yield(nodeapi.CAR{}, err)
				return
			}
			car, err := c.DAG().Export(ctx, added.Cid.String())
			more := yield(nodeapi.CAR{CARHeader: nodeapi.CARHeader{Name: text + ".car"}, Content: car}, err)
			if err != nil || car.Close() != nil || !more {
				return
			}
		}
	}
	roots, imported, err := other.DAG().ImportAll(ctx, cars, nodeapi.DAGImportOptions{})
	fmt.Println(len(roots), "roots,", imported.BlockCount, "blocks,", err)

	// What is no archive is told, and nothing of it is kept pinned.
	_, _, err = other.DAG().Import(ctx, bytes.NewReader([]byte("no CAR")), nodeapi.DAGImportOptions{})
	fmt.Println(nodeapi.CodeOf(err))
	// Output:
	// 2 roots, 2 blocks, <nil>
	// invalid-car
}

func ExampleClient_RefsLocal() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if _, err := c.Add(ctx, strings.NewReader("hello world"), nodeapi.AddOptions{}); err != nil {
		log.Fatal(err)
	}
	for block, err := range c.RefsLocal(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(block)
	}
	// Output: bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
}

func ExampleClient_DNS() {
	ctx := context.Background()
	port, served := messageport.Pipe()
	s := server.New(server.Config{Backend: &servertest.Backend{
		Domains: map[string]string{"example.com": "/ipfs/bafkqaaa"},
	}})
	go func() { _ = s.Serve(ctx, served) }()
	c, err := client.Open(ctx, port, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	path, err := c.DNS(ctx, "example.com", client.DNSOptions{})
	fmt.Println(path, err)
	// Output: /ipfs/bafkqaaa <nil>
}

func ExampleClient_Identify() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if err := c.Swarm().Connect(ctx, "/memory/2/p2p/somebody"); err != nil {
		log.Fatal(err)
	}
	id, err := c.Identify(ctx, "somebody")
	fmt.Println(id.ID, id.AgentVersion, err)
	// Output: somebody a peer <nil>
}

func ExampleStats_Bandwidth() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	for bytes, err := range c.Stats().Bandwidth(ctx, client.BandwidthOptions{Protocol: "/ipfs/bitswap/1.2.0"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(bytes.TotalIn, bytes.TotalOut)
	}
	// Output: 0 0
}

func ExampleClient_CurrentConfig() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if _, err := c.Bootstrap().Add(ctx, "/memory/2/p2p/somebody"); err != nil {
		log.Fatal(err)
	}
	cfg, err := c.CurrentConfig(ctx)
	fmt.Println(cfg.Bootstrap, err)
	// Output: [/memory/2/p2p/somebody] <nil>
}
