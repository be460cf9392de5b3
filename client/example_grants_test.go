package client_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

func ExampleClient_CreatePort() {
	ctx := context.Background()
	srv := server.New(server.Config{Backend: &servertest.Backend{}})
	defer srv.Shutdown(ctx)
	open := func(secret []byte) *client.Client {
		port, _ := servertest.Connect(ctx, srv)
		c, err := client.Open(ctx, port, client.Options{Secret: secret})
		if err != nil {
			log.Fatal(err)
		}
		return c
	}
	c := open(nil)
	defer c.Close()
	added, err := c.Add(ctx, strings.NewReader("hello world"), nodeapi.AddOptions{})
	if err != nil {
		log.Fatal(err)
	}

	port, err := c.CreatePort(ctx, nodeapi.PortRequest{
		Origin: "https://app.example",
		Grants: &nodeapi.Grants{Read: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	app := open(port.Secret)
	defer app.Close()
	grants, bound := app.Granted()
	fmt.Println(bound, grants.Read, grants.Add)
	block, err := app.Block().Get(ctx, added.Cid)
	fmt.Println(string(block), err)
	_, err = app.Repo().Stat(ctx)
	fmt.Println(err)

	err = c.RevokePort(ctx, port.Port)
	<-app.Done()
	fmt.Println(app.Err(), err)
	// Output:
	// true true false
	// hello world <nil>
	// repo.stat: repo.stat needs the grant "list"
	// the other side ended the session: what was granted was taken back <nil>
}

func ExampleGrants_Set() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	err := c.Grants().Set(ctx, "https://app.example", nodeapi.Grants{Add: true, Quota: 1 << 30})
	if err != nil {
		log.Fatal(err)
	}
	kept, ok, err := c.Grants().Of(ctx, "https://app.example")
	fmt.Println(kept.Grants.Add, kept.Grants.Read, kept.Grants.Quota, ok, err)
	// Output: true false 1073741824 true <nil>
}

func ExampleGrants_Revoke() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if err := c.Grants().Set(ctx, "https://app.example", nodeapi.Grants{Read: true}); err != nil {
		log.Fatal(err)
	}
	if err := c.Grants().Revoke(ctx, "https://app.example", true); err != nil {
		log.Fatal(err)
	}
	_, ok, err := c.Grants().Of(ctx, "https://app.example")
	fmt.Println(ok, err)
	// Output: false <nil>
}

func ExampleGrants_List() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	for _, origin := range []string{"https://b.example", "https://a.example"} {
		if err := c.Grants().Set(ctx, origin, nodeapi.Grants{Read: true}); err != nil {
			log.Fatal(err)
		}
	}
	for kept, err := range c.Grants().List(ctx, nodeapi.GrantsListRequest{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(kept.Origin, kept.Grants.Read)
	}
	// Output:
	// https://a.example true
	// https://b.example true
}
