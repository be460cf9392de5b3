package client_test

import (
	"bytes"
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
	return openOver(ctx, &servertest.Backend{})
}

// openOver opens a client of a backend with more in it than none.
func openOver(ctx context.Context, backend *servertest.Backend) *client.Client {
	port, served := messageport.Pipe()
	s := server.New(server.Config{Backend: backend})
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

func ExamplePubSub_Subscribe() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	news, err := c.PubSub().Subscribe(ctx, "news", client.SubscribeOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer news.Close()
	if err := c.PubSub().Publish(ctx, "news", []byte("hello")); err != nil {
		log.Fatal(err)
	}
	for message, err := range news.Messages() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s, %d dropped before it\n", message.Topic, message.Data, message.Dropped)
		break
	}
	// Output: news: hello, 0 dropped before it
}

func ExampleClient_Room() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	ann, err := c.Room(ctx, "lobby", client.RoomOptions{Members: true})
	if err != nil {
		log.Fatal(err)
	}
	defer ann.Leave()
	ben, err := c.Room(ctx, "lobby", client.RoomOptions{Members: true})
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for event, err := range ben.Events() {
			if err == nil && event.Type == nodeapi.RoomJoined {
				_ = ben.SendTo(ctx, event.Member, []byte("welcome"))
				_ = ben.Leave()
			}
		}
	}()
	for event, err := range ann.Events() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Type, string(event.Data), len(ann.Members()))
		if event.Type == nodeapi.RoomLeft {
			break
		}
	}
	// Output:
	// joined  1
	// message welcome 1
	// left  0
}

func ExampleClient_DialProtocol() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	stop, err := c.Handle(ctx, "/shout/1.0.0", func(s *client.Stream) {
		defer s.Close()
		words, _ := io.ReadAll(s)
		_, _ = s.Write(bytes.ToUpper(words))
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	s, err := c.DialProtocol(ctx, c.PeerID(), "/shout/1.0.0")
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	_, _ = io.WriteString(s, "hello")
	if err := s.CloseWrite(); err != nil {
		log.Fatal(err)
	}
	answer, err := io.ReadAll(s)
	fmt.Printf("%s %v\n", answer, err)
	// Output: HELLO <nil>
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
