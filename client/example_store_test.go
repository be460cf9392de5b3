package client_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/journal"
	"github.com/sharednode/sharednode/server/servertest"
)

func ExampleClient_AddAll() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	entries := func(yield func(nodeapi.AddEntry, error) bool) {
		for _, name := range []string{"site/a.txt", "site/b.txt"} {
			entry := nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Path: name}, Content: strings.NewReader(name)}
			if !yield(entry, nil) {
				return
			}
		}
	}
	for event, err := range c.AddAll(ctx, entries, nodeapi.AddOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Added.Path)
	}
	// Output:
	// site/a.txt
	// site/b.txt
	// site
}

func ExampleFiles_CopyAll() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	files := c.Files()
	for _, name := range []string{"/a", "/b"} {
		err := files.Write(ctx, name, strings.NewReader("hello"), client.FilesWriteOptions{Create: true})
		if err != nil {
			log.Fatal(err)
		}
	}
	err := files.CopyAll(ctx, []string{"/a", "/b"}, "/copies", client.FilesCopyOptions{Parents: true})
	if err != nil {
		log.Fatal(err)
	}
	err = files.MoveAll(ctx, []string{"/copies/a", "/copies/b"}, "/moved", client.FilesMoveOptions{Parents: true})
	if err != nil {
		log.Fatal(err)
	}
	for entry, err := range files.List(ctx, "/moved", client.FilesListOptions{}) {
		fmt.Println(entry.Name, err)
	}
	// Output:
	// a <nil>
	// b <nil>
}

func ExampleDatastore_Batch() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	// All of it or none.
	err := c.Datastore().Batch(ctx, []nodeapi.DatastoreWrite{
		{DatastoreChange: nodeapi.DatastoreChange{Key: "/app/theme"}, Value: []byte("dark")},
		{DatastoreChange: nodeapi.DatastoreChange{Key: "/app/draft", Delete: true}},
	})
	if err != nil {
		log.Fatal(err)
	}
	there, err := c.Datastore().Has(ctx, "/app/theme")
	fmt.Println(there, err)
	fmt.Println(c.Datastore().Delete(ctx, "/app/theme"))
	// Output:
	// true <nil>
	// <nil>
}

func ExampleKey_Rename() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if _, err := c.Key().Gen(ctx, "blog", nodeapi.KeyGenRequest{}); err != nil {
		log.Fatal(err)
	}
	renamed, err := c.Key().Rename(ctx, "blog", "notes", client.KeyRenameOptions{})
	fmt.Println(renamed.Was, renamed.Now, err)
	// Output: blog notes <nil>
}

func ExampleRepo() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	added, err := c.Add(ctx, strings.NewReader("not to stay"), nodeapi.AddOptions{Pin: new(false)})
	if err != nil {
		log.Fatal(err)
	}
	verified, err := c.Repo().Verify(ctx, func(bad nodeapi.CIDOutcome) error {
		fmt.Println(bad.Cid, bad.Code)
		return nil
	})
	fmt.Println(verified.Checked, verified.Bad, err)
	for removed, err := range c.Repo().GC(ctx, nodeapi.RepoGCRequest{}) {
		fmt.Println(string(removed.Cid.Hash()) == string(added.Cid.Hash()), err)
	}
	stat, err := c.Stats().Repo(ctx) // as c.Repo().Stat
	fmt.Println(stat.NumObjects, err)
	version, err := c.Repo().Version(ctx)
	fmt.Println(version > 0, err)
	// Output:
	// 1 0 <nil>
	// true <nil>
	// 0 <nil>
	// true <nil>
}

func ExampleRemotePin_Services() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	err := c.Pin().Remote().AddService(ctx, "mine", "https://pins.example/psa", "token")
	if err != nil {
		log.Fatal(err)
	}
	services, err := c.Pin().Remote().Services(ctx, client.ServicesOptions{})
	fmt.Println(services[0].Service, services[0].Endpoint, err)
	fmt.Println(c.Pin().Remote().RemoveService(ctx, "mine"))
	// Output:
	// mine https://pins.example/psa <nil>
	// <nil>
}

func ExampleClient() {
	ctx := context.Background()
	c := openExample(ctx)

	id, err := c.ID(ctx)
	fmt.Println(id.ID == c.PeerID(), err)
	version, err := c.Version(ctx)
	fmt.Println(version.Version != "", err)
	online, err := c.IsOnline(ctx)
	fmt.Println(online, c.Config().Network, err)
	fmt.Println(c.Epoch() != "") // another one, another start of the server

	if err := c.Close(); err != nil {
		log.Fatal(err)
	}
	<-c.Done()
	fmt.Println(nodeapi.CodeOf(c.Err()))
	// Output:
	// true <nil>
	// true <nil>
	// false  <nil>
	// true
	// closed
}

func ExampleClient_Status() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	status, err := c.Status(ctx)
	fmt.Println(len(status.Sessions), err)
	samples, err := c.Samples(ctx, time.Now()) // since then
	fmt.Println(len(samples), err)
	// Output:
	// 1 <nil>
	// 0 <nil>
}

func ExampleLog() {
	ctx := context.Background()
	port, served := messageport.Pipe()
	j := journal.New(journal.Config{})
	s := server.New(server.Config{Backend: &servertest.Backend{}, Journal: j})
	go func() { _ = s.Serve(ctx, served) }()
	c, err := client.Open(ctx, port, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	if err := c.Log().SetLevel(ctx, "node", "warn"); err != nil {
		log.Fatal(err)
	}
	j.Logger("node").Info("is not kept")
	j.Logger("node").Warn("is kept")
	levels, err := c.Log().Levels(ctx)
	fmt.Println(levels, err)
	for line, err := range c.Log().Tail(ctx, nodeapi.LogTailRequest{}) {
		fmt.Println(line.Level, line.Message, err)
	}
	// Output:
	// [{node warn}] <nil>
	// warn is kept <nil>
}

func ExampleRedialer() {
	ctx := context.Background()
	r := client.Redialer{Dial: func(ctx context.Context) (*client.Client, error) { return openExample(ctx), nil }}
	defer r.Close()

	// What may be done twice is done again if its session is lost meanwhile.
	err := r.Do(ctx, func(ctx context.Context, c *client.Client) error {
		added, err := c.Add(ctx, strings.NewReader("hello world"), nodeapi.AddOptions{})
		fmt.Println(added.Cid)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	c, err := r.Client(ctx)
	fmt.Println(c.PeerID() != "", err)
	// Output:
	// bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
	// true <nil>
}
