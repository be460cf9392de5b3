package client_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"testing"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func ExampleKey() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	if _, err := c.Key().Gen(ctx, "blog", nodeapi.KeyGenRequest{Type: nodeapi.KeyEd25519}); err != nil {
		log.Fatal(err)
	}
	pem, err := c.Key().Export(ctx, "blog", client.KeyOptions{Password: "correct horse"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := c.Key().Import(ctx, "copy", pem, client.KeyOptions{Password: "correct horse"}); err != nil {
		log.Fatal(err)
	}
	keys, err := c.Key().List(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, key := range keys {
		fmt.Println(key.Name)
	}
	// Output:
	// self
	// blog
	// copy
}

func TestKey(t *testing.T) {
	run(t, func(f *fixture) {
		key, err := f.Key().Import(f.Context(), "k", []byte{1, 2}, client.KeyOptions{Format: nodeapi.KeyFormatProtobuf})
		if err != nil {
			f.Fatal(err)
		}
		if data, err := f.Key().Export(f.Context(), "k", client.KeyOptions{Password: "p"}); err != nil || !bytes.Equal(data, []byte{1, 2}) {
			f.Errorf("Export: got %x, %v", data, err)
		}
		if _, err := f.Key().Gen(f.Context(), "l", nodeapi.KeyGenRequest{}); err != nil {
			f.Error(err)
		}
		_, err = f.Key().Rename(f.Context(), "k", "l", client.KeyRenameOptions{})
		if e := f.wantCode(err, nodeapi.CodeKeyExists); e.Details["key"] != "l" {
			f.Errorf("got details %v; want the name", e.Details)
		}
		want := nodeapi.KeyRenamed{ID: key.ID, Was: "k", Now: "l", Overwrite: true}
		if got, err := f.Key().Rename(f.Context(), "k", "l", client.KeyRenameOptions{Force: true}); err != nil || got != want {
			f.Errorf("Rename: got %+v, %v; want %+v", got, err, want)
		}
		if got, err := f.Key().Remove(f.Context(), "l"); err != nil || got.ID != key.ID {
			f.Errorf("Remove: got %+v, %v", got, err)
		}
		_, err = f.Key().Remove(f.Context(), "l")
		f.wantCode(err, nodeapi.CodeNoSuchKey)
		if keys, err := f.Key().List(f.Context()); err != nil || len(keys) != 1 || keys[0].Name != nodeapi.KeySelf {
			f.Errorf("List: got %+v, %v; want the node's own alone", keys, err)
		}
	})
}
