package blockstore

import (
	"context"
	"maps"
	"testing"

	goidb "github.com/hack-pad/go-indexeddb/idb"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore/query"

	"github.com/sharednode/sharednode/blockstore/blockstoretest/version1"
)

// nextVersion is the schema with a step that a later version could have.
func nextVersion() []step {
	return append(schema[:len(schema):len(schema)], func(db *goidb.Database) error {
		_, err := db.CreateObjectStore("next", goidb.ObjectStoreOptions{}) // fails if it is there
		return err
	})
}

// TestVersion1: this version, and the next, read what the first has written.
func TestVersion1(t *testing.T) {
	for name, steps := range map[string][]step{"this version": schema, "the next version": nextVersion()} {
		t.Run(name, func(t *testing.T) {
			database := freshName(t)
			want := version1.Load(t, database)
			wantOpened(t, database, steps, want)
			wantOpened(t, database, steps, want) // and again
		})
	}
}

// TestUpgradeKilled ends a worker in the middle of an upgrade. What is there is
// what was before, and the upgrade can be done.
func TestUpgradeKilled(t *testing.T) {
	database := freshName(t)
	want := version1.Load(t, database)
	settle(t, evaluate(`((name, version) => new Promise((resolve, reject) => {
		const upgrade = (name, version) => {
			const open = indexedDB.open(name, version)
			open.onupgradeneeded = () => {
				const next = open.result.createObjectStore('next')
				open.transaction.objectStore('blocks').clear()
				open.transaction.objectStore('records').clear()
				let n = 0
				const more = () => {
					if (n === 100) postMessage('half way')
					next.put(n, n++).onsuccess = more
				}
				more()
			}
		}
		const source = '(' + upgrade + ')(' + JSON.stringify(name) + ',' + version + ')'
		const worker = new Worker(URL.createObjectURL(new Blob([source])))
		worker.onerror = reject
		worker.onmessage = () => {
			worker.terminate()
			resolve()
		}
	}))`).Invoke(database, len(schema)+1))
	wantOpened(t, database, schema, want)
	wantOpened(t, database, nextVersion(), want)
}

// wantOpened opens a database and compares what is there.
func wantOpened(t *testing.T, name string, steps []step, want version1.Database) {
	t.Helper()
	store, err := openSchema(context.Background(), name, Options{}, steps)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()

	sizes, found := map[string]int{}, map[string]int{}
	for _, block := range want.Blocks {
		hash, size, err := splitBlockKey(block[0])
		if err != nil || size != len(block[1]) {
			t.Fatalf("the fixture has a block of %d bytes with the size %d, %v", len(block[1]), size, err)
		}
		sizes[string(hash)] = size
		got, err := store.Blocks().Get(t.Context(), cid.NewCidV1(cid.Raw, hash))
		if err != nil || string(got.RawData()) != string(block[1]) {
			t.Errorf("block %s: got other bytes, %v", hash.B58String(), err)
		}
	}
	if err := store.Blocks().AllSizes(t.Context(), func(c cid.Cid, size int) error {
		found[string(c.Hash())] = size
		return nil
	}); err != nil || !maps.Equal(found, sizes) {
		t.Errorf("listed %d blocks, %v; want the %d that were there", len(found), err, len(sizes))
	}

	results, err := store.Datastore().Query(t.Context(), query.Query{})
	if err != nil {
		t.Fatal(err)
	}
	records, err := results.Rest()
	if err != nil || len(records) != len(want.Records) {
		t.Fatalf("got %d records, %v; want %d", len(records), err, len(want.Records))
	}
	for i, r := range records {
		if r.Key != string(want.Records[i][0]) || string(r.Value) != string(want.Records[i][1]) {
			t.Errorf("record %d is %q with %q; want %q with %q", i, r.Key, r.Value, want.Records[i][0], want.Records[i][1])
		}
	}
}
