package client_test

import (
	"context"
	"fmt"
	"io"
	"log"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

func ExampleSwarm() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if err := c.Swarm().Connect(ctx, "/memory/2/p2p/somebody"); err != nil {
		log.Fatal(err)
	}
	peers, err := c.Swarm().Peers(ctx, nodeapi.SwarmPeersRequest{Identify: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range peers {
		fmt.Println(p.Peer, p.Addr, p.Direction)
	}
	known, err := c.Swarm().Addrs(ctx)
	fmt.Println(known[0].ID, known[0].Addrs, err)
	own, err := c.Swarm().LocalAddrs(ctx)
	fmt.Println(own, err)
	fmt.Println(c.Swarm().Disconnect(ctx, "/memory/2/p2p/somebody"))
	// Output:
	// somebody /memory/2 outbound
	// somebody [/memory/2] <nil>
	// [/memory/1] <nil>
	// <nil>
}

func ExampleClient_Ping() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if err := c.Swarm().Connect(ctx, "/memory/2/p2p/somebody"); err != nil {
		log.Fatal(err)
	}
	for answer, err := range c.Ping(ctx, "somebody", client.PingOptions{Count: 1}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(answer.Success)
	}
	// Output: true
}

func ExampleBitswap() {
	ctx := context.Background()
	wanted := cid.MustParse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")
	c := openOver(ctx, &servertest.Backend{Wants: map[string][]cid.Cid{"": {wanted}}})
	defer c.Close()

	wants, err := c.Bitswap().Wantlist(ctx, "") // of the node itself
	fmt.Println(wants, err)
	stat, err := c.Stats().Bitswap(ctx) // as c.Bitswap().Stat
	fmt.Println(stat.BlocksReceived, err)
	// Output:
	// [bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e] <nil>
	// 0 <nil>
}

func ExampleBootstrap_Reset() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if _, err := c.Bootstrap().Add(ctx, "/memory/2/p2p/somebody"); err != nil {
		log.Fatal(err)
	}
	removed, err := c.Bootstrap().Clear(ctx)
	fmt.Println(removed, err)
	list, err := c.Bootstrap().Reset(ctx) // to that with which the node began
	fmt.Println(len(list), err)
	// Output:
	// [/memory/2/p2p/somebody] <nil>
	// 0 <nil>
}

func ExampleRouting_FindProviders() {
	ctx := context.Background()
	c := openOver(ctx, &servertest.Backend{Providers: []nodeapi.RoutedPeer{{ID: "somebody", Multiaddrs: []string{"/memory/2"}}}})
	defer c.Close()

	block := cid.MustParse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")
	for event, err := range c.Routing().FindProviders(ctx, block, client.FindProvidersOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		for _, peer := range event.Peers {
			fmt.Println(event.Name, peer.ID, peer.Multiaddrs)
		}
	}
	for event, err := range c.Routing().FindPeer(ctx, "somebody") {
		if err != nil {
			log.Fatal(err)
		}
		for _, peer := range event.Peers {
			fmt.Println(event.Name, peer.ID, peer.Multiaddrs)
		}
	}
	for _, err := range c.Routing().Provide(ctx, block) {
		fmt.Println(nodeapi.CodeOf(err)) // routers take no announcements
	}
	// Output:
	// PROVIDER somebody [/memory/2]
	// FINAL_PEER somebody [/memory/2]
	// not-supported
}

func ExampleSubscription_Next() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	news, err := c.PubSub().Subscribe(ctx, "news", client.SubscribeOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer news.Close()
	topics, err := c.PubSub().Topics(ctx)
	fmt.Println(topics, err)
	peers, err := c.PubSub().Peers(ctx, "news")
	fmt.Println(peers, err)

	if err := c.PubSub().Publish(ctx, "news", []byte("hello")); err != nil {
		log.Fatal(err)
	}
	message, err := news.Next()
	fmt.Println(string(message.Data), err)
	// Output:
	// [news] <nil>
	// [] <nil>
	// hello <nil>
}

func ExampleRoom() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	room, err := c.Room(ctx, "lobby", client.RoomOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer room.Leave()
	if err := room.Broadcast(ctx, []byte("hello, all")); err != nil {
		log.Fatal(err)
	}
	event, err := room.Next() // one's own, too
	fmt.Println(event.Type, string(event.Data), event.Member == room.Self(), err)
	fmt.Println(room.Peers(), room.Has("somebody"))
	// Output:
	// message hello, all true <nil>
	// [] false
}

func ExampleStream() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	stop, err := c.Handle(ctx, "/echo/1.0.0", func(s *client.Stream) {
		defer s.Close()
		if _, err := io.Copy(s, s); err != nil {
			_ = s.Reset() // the other side is told that it got less than all
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	s, err := c.DialProtocol(ctx, c.PeerID(), "/echo/2.0.0", "/echo/1.0.0")
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.Info().Protocol)
	// Output: /echo/1.0.0
}
