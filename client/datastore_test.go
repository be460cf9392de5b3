package client_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"maps"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func ExampleDatastore() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	records := c.Datastore()
	for _, key := range []string{"/scores/ada", "/scores/bob", "/settings"} {
		if err := records.Put(ctx, key, []byte(key)); err != nil {
			log.Fatal(err)
		}
	}
	for entry, err := range records.Query(ctx, nodeapi.DatastoreQuery{Prefix: "/scores/", KeysOnly: true}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(entry.Key)
	}
	// Output:
	// /scores/ada
	// /scores/bob
}

func TestDatastore(t *testing.T) {
	run(t, func(f *fixture) {
		ctx, records := f.Context(), f.Datastore()
		large := bytes.Repeat([]byte("x"), nodeapi.MaxDatastoreBatch)
		if err := records.Put(ctx, "/large", large); err != nil {
			f.Fatal(err)
		}
		if got, err := records.Get(ctx, "/large"); err != nil || !bytes.Equal(got, large) {
			f.Errorf("got %d bytes, %v; want %d", len(got), err, len(large))
		}
		if err := records.Put(ctx, "/empty", nil); err != nil {
			f.Fatal(err)
		}
		if has, err := records.Has(ctx, "/empty"); err != nil || !has {
			f.Errorf("Has: got %v, %v", has, err)
		}
		sizes := map[string]int{}
		for entry, err := range records.Query(ctx, nodeapi.DatastoreQuery{}) {
			if err != nil {
				f.Fatal(err)
			}
			sizes[entry.Key] = len(entry.Value)
		}
		if want := map[string]int{"/large": len(large), "/empty": 0}; !maps.Equal(sizes, want) {
			f.Errorf("Query: got %v; want %v", sizes, want)
		}
		if err := records.Delete(ctx, "/large"); err != nil {
			f.Fatal(err)
		}
		_, err := records.Get(ctx, "/large")
		f.wantCode(err, nodeapi.CodeNoSuchRecord)
	})
}
