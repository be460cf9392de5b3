package client_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"testing"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

func ExampleName() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	published, err := c.Name().Publish(ctx, "/ipfs/bafkqaaa", nodeapi.NamePublishRequest{Lifetime: "24h"})
	if err != nil {
		log.Fatal(err)
	}
	var newest string
	for path, err := range c.Name().Resolve(ctx, "/ipns/"+published.Name, client.NameResolveOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		newest = path
	}
	fmt.Println(newest)
	// Output: /ipfs/bafkqaaa
}

func ExampleRouting() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	record := []byte("a record") // of a name, as its key has signed it
	for _, err := range c.Routing().Put(ctx, "/ipns/k51name", record, client.RoutingPutOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
	}
	for event, err := range c.Routing().Get(ctx, "/ipns/k51name") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %s %q\n", event.Name, event.Router, event.Value)
	}
	// Output:
	// SENDING_QUERY https://router.example ""
	// VALUE https://router.example "a record"
}

func TestName(t *testing.T) {
	run(t, func(f *fixture) {
		key, err := f.Key().Gen(f.Context(), "k", nodeapi.KeyGenRequest{})
		if err != nil {
			f.Fatal(err)
		}
		want := nodeapi.NamePublished{Name: key.ID, Value: "/ipfs/bafkqaaa"}
		if got, err := f.Name().Publish(f.Context(), "bafkqaaa", nodeapi.NamePublishRequest{Key: "k"}); err != nil || got != want {
			f.Errorf("Publish: got %+v, %v; want %+v", got, err, want)
		}
		for path, err := range f.Name().Resolve(f.Context(), key.ID, client.NameResolveOptions{}) {
			if err != nil || path != want.Value {
				f.Errorf("Resolve: got %s, %v; want %s", path, err, want.Value)
			}
		}
		for _, err := range f.Name().Resolve(f.Context(), "", client.NameResolveOptions{NoCache: true}) {
			f.wantCode(err, nodeapi.CodeNameNotFound)
		}
		for offline := range 2 {
			f.hook(nodeapi.MethodNameResolve, func(ctx context.Context) error {
				if nodeapi.IsOffline(ctx) != (offline == 1) {
					f.Errorf("the backend was asked with offline %v", offline == 0)
				}
				return nil
			})
			ctx := f.Context()
			if offline == 1 {
				ctx = nodeapi.WithOffline(ctx)
			}
			for range f.Name().Resolve(ctx, key.ID, client.NameResolveOptions{}) {
				break
			}
		}
	})
}

func TestRouting(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Providers = []nodeapi.RoutedPeer{
			{ID: "a", Multiaddrs: []string{"/ip4/127.0.0.1/tcp/1/ws"}}, {ID: "b", Protocols: []string{"transport-bitswap"}},
		}
		stat, err := f.Block().Put(f.Context(), []byte("a"), nodeapi.BlockPutOptions{})
		if err != nil {
			f.Fatal(err)
		}
		var found []string
		for event, err := range f.Routing().FindProviders(f.Context(), stat.Cid, client.FindProvidersOptions{Count: 2}) {
			if err != nil {
				f.Fatal(err)
			}
			for _, p := range event.Peers {
				found = append(found, event.Name, p.ID)
			}
		}
		if got := fmt.Sprint(found); got != "[PROVIDER a PROVIDER b]" {
			f.Errorf("FindProviders: got %s", got)
		}
		for event, err := range f.Routing().FindPeer(f.Context(), "b") {
			if err != nil {
				f.Fatal(err)
			}
			if event.Name == nodeapi.RoutingFinalPeer && (event.Peers[0].ID != "b" || event.Router != servertest.Router) {
				f.Errorf("FindPeer: got %+v", event)
			}
		}
		record := bytes.Repeat([]byte{1}, 10<<10)
		for event, err := range f.Routing().Put(f.Context(), "/ipns/k", record, client.RoutingPutOptions{AllowOffline: true}) {
			if err != nil || event.Name == nodeapi.RoutingValue && !bytes.Equal(event.Value, record) {
				f.Errorf("Put: got %s with %d bytes, %v", event.Name, len(event.Value), err)
			}
		}
		for _, err := range f.Routing().Put(f.Context(), "/ipns/k", append(record, 1), client.RoutingPutOptions{}) {
			f.wantCode(err, nodeapi.CodeInvalidRecord)
		}
		for range f.Routing().Put(f.Context(), "/ipns/k", record, client.RoutingPutOptions{}) {
			break // leaves nothing behind
		}
		for _, err := range f.Routing().Provide(f.Context(), stat.Cid) {
			f.wantCode(err, nodeapi.CodeNotSupported)
		}
	})
}
