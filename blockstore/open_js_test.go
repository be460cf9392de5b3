package blockstore

import (
	"context"
	"errors"
	"syscall/js"
	"testing"
	"time"

	blocks "github.com/ipfs/go-block-format"
	ds "github.com/ipfs/go-datastore"

	goidb "github.com/hack-pad/go-indexeddb/idb"
)

func TestOpenKeepsWhatWasWritten(t *testing.T) {
	name := freshName(t)
	for _, durability := range []Durability{Relaxed, Strict} {
		b, key := blocks.NewBlock([]byte(durability)), ds.NewKey(string(durability))
		store := mustOpen(t, name, Options{Durability: durability})
		err := errors.Join(
			store.Blocks().Put(t.Context(), b),
			store.Datastore().Put(t.Context(), key, b.RawData()),
			store.Close(),
		)
		if err != nil {
			t.Fatal(err)
		}
		store = mustOpen(t, name, Options{})
		if got, err := store.Blocks().Get(t.Context(), b.Cid()); err != nil || string(got.RawData()) != string(durability) {
			t.Errorf("%s: got %v, %v; want the block written before", durability, got, err)
		}
		if got, err := store.Datastore().Get(t.Context(), key); err != nil || string(got) != string(durability) {
			t.Errorf("%s: got %q, %v; want the record written before", durability, got, err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDurability: it is that of every transaction that writes.
func TestDurability(t *testing.T) {
	if _, err := Open(t.Context(), freshName(t), Options{Durability: "lasting"}); err == nil {
		t.Error("an unknown durability: got no error")
	}
	for _, want := range []Durability{"", Relaxed, Strict} {
		store := mustOpen(t, freshName(t), Options{Durability: want})
		seen := evaluate(`(() => {
			const begin = IDBDatabase.prototype.transaction
			const seen = {writes: 0, other: 0, restore() { IDBDatabase.prototype.transaction = begin }}
			IDBDatabase.prototype.transaction = function (...args) {
				const tx = begin.apply(this, args)
				if (tx.mode === 'readwrite') seen[tx.durability] = (seen[tx.durability] ?? 0) + 1
				return tx
			}
			return seen
		})()`)
		err := errors.Join(
			store.Blocks().Put(t.Context(), blocks.NewBlock([]byte("x"))),
			store.Datastore().Put(t.Context(), ds.NewKey("/x"), nil),
		)
		seen.Call("restore")
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = Relaxed
		}
		if n := seen.Get(string(want)); n.IsUndefined() || n.Int() != 2 {
			t.Errorf("%q: got %s; want two writes with it", want, js.Global().Get("JSON").Call("stringify", seen).String())
		}
	}
}

// TestLocation reads a block by other means, from where the store says that it is.
func TestLocation(t *testing.T) {
	name := freshName(t)
	store := mustOpen(t, name, Options{})
	b := blocks.NewBlock([]byte("hello world"))
	if err := store.Blocks().Put(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	database, table := store.Blocks().Location()
	if database != name {
		t.Errorf("got database %q; want %q", database, name)
	}
	key := js.Global().Get("Uint8Array").New(len(store.Blocks().Locate(b.Cid(), 11)))
	js.CopyBytesToJS(key, store.Blocks().Locate(b.Cid(), 11))
	got := settle(t, evaluate(`((name, table, key) => new Promise((resolve, reject) => {
		const open = indexedDB.open(name)
		open.onsuccess = () => {
			const request = open.result.transaction(table).objectStore(table).get(key)
			request.onsuccess = () => { open.result.close(); resolve(new TextDecoder().decode(request.result)) }
			request.onerror = () => reject(request.error)
		}
	}))`).Invoke(database, table, key))
	if got.String() != "hello world" {
		t.Errorf("got %q; want the block", got.String())
	}
}

// TestLayout: what version 1 is, byte by byte, written by other means. Databases
// out there look like this.
func TestLayout(t *testing.T) {
	name := freshName(t)
	settle(t, evaluate(`(name => new Promise((resolve, reject) => {
		const hex = s => Uint8Array.from(s.match(/../g), b => parseInt(b, 16))
		const text = s => new TextEncoder().encode(s)
		const open = indexedDB.open(name, 1)
		open.onupgradeneeded = () => {
			open.result.createObjectStore('blocks')
			open.result.createObjectStore('records')
		}
		open.onsuccess = () => {
			const tx = open.result.transaction(['blocks', 'records'], 'readwrite')
			// sha2-256 of "hello world", and its length.
			tx.objectStore('blocks').put(text('hello world'),
				hex('1220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde90000000b'))
			tx.objectStore('records').put(text('value'), text('/a/key'))
			tx.oncomplete = () => { open.result.close(); resolve() }
			tx.onabort = () => reject(tx.error)
		}
	}))`).Invoke(name))

	store := mustOpen(t, name, Options{})
	b := blocks.NewBlock([]byte("hello world"))
	if got, err := store.Blocks().Get(t.Context(), b.Cid()); err != nil || string(got.RawData()) != "hello world" {
		t.Errorf("got %v, %v; want the block", got, err)
	}
	if size, err := store.Blocks().GetSize(t.Context(), b.Cid()); size != 11 || err != nil {
		t.Errorf("got size %d, %v; want 11", size, err)
	}
	if got, err := store.Datastore().Get(t.Context(), ds.NewKey("/a/key")); err != nil || string(got) != "value" {
		t.Errorf("got %q, %v; want the record", got, err)
	}
}

func TestUpgrade(t *testing.T) {
	name := freshName(t)
	b := blocks.NewBlock([]byte("from before"))
	store := mustOpen(t, name, Options{})
	if err := errors.Join(store.Blocks().Put(t.Context(), b), store.Close()); err != nil {
		t.Fatal(err)
	}

	broken := errors.New("broken step")
	steps := append(schema[:len(schema):len(schema)], func(db *goidb.Database) error {
		_, err := db.CreateObjectStore("half", goidb.ObjectStoreOptions{})
		return errors.Join(err, broken)
	})
	if _, err := openSchema(t.Context(), name, Options{}, steps); !errors.Is(err, broken) {
		t.Fatalf("a step that fails: got %v; want its error", err)
	}
	steps[len(schema)] = func(db *goidb.Database) error {
		_, err := db.CreateObjectStore("half", goidb.ObjectStoreOptions{}) // fails if there
		return err
	}
	store, err := openSchema(t.Context(), name, Options{}, steps)
	if err != nil {
		t.Fatal(err)
	}
	if has, err := store.Blocks().Has(t.Context(), b.Cid()); !has || err != nil {
		t.Errorf("after the upgrade: got %v, %v; want the block from before", has, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), name, Options{}); !errors.Is(err, ErrVersion) {
		t.Errorf("older code on a newer database: got %v; want ErrVersion", err)
	}
}

func TestOpenNotOurs(t *testing.T) {
	name := freshName(t)
	openRaw(t, name, 1).Call("close")
	if _, err := Open(t.Context(), name, Options{}); !errors.Is(err, ErrVersion) {
		t.Errorf("another's database: got %v; want ErrVersion", err)
	}
}

func TestOpenUnavailable(t *testing.T) {
	global := js.Global()
	object := global.Get("Object")
	own := object.Call("getOwnPropertyDescriptor", global, "indexedDB")
	object.Call("defineProperty", global, "indexedDB", map[string]any{"value": js.Undefined(), "configurable": true})
	_, err := Open(t.Context(), "none", Options{})
	if own.IsUndefined() {
		global.Delete("indexedDB") // what is inherited shows again
	} else {
		object.Call("defineProperty", global, "indexedDB", own)
	}
	if !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v; want ErrUnavailable", err)
	}
}

// TestOpenBlocked: an upgrade waits for a connection that does not close, until
// its context ends, and does not keep the database if it gets it after all.
func TestOpenBlocked(t *testing.T) {
	name := freshName(t)
	store := mustOpen(t, name, Options{})
	store.Close()
	stubborn := openRaw(t, name, 1)

	blocked := make(chan struct{}, 1)
	options := Options{OnBlocked: func() { blocked <- struct{}{} }}
	steps := append(schema[:len(schema):len(schema)], func(*goidb.Database) error { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-blocked
		cancel()
	}()
	if _, err := openSchema(ctx, name, options, steps); !errors.Is(err, ErrBlocked) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want ErrBlocked and the context's error", err)
	}
	stubborn.Call("close")
	store, err := openSchema(t.Context(), name, Options{}, steps)
	if err != nil {
		t.Fatalf("with nobody in the way: %v", err)
	}
	store.Close()

	if _, err := Open(ctx, name, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: got %v; want its error", err)
	}
}

// TestOpenWaits: an upgrade goes on once what blocked it is gone.
func TestOpenWaits(t *testing.T) {
	name := freshName(t)
	mustOpen(t, name, Options{}).Close()
	stubborn := openRaw(t, name, 1)
	options := Options{OnBlocked: func() {
		time.Sleep(20 * time.Millisecond)
		stubborn.Call("close")
	}}
	store, err := openSchema(t.Context(), name, options, append(schema[:len(schema):len(schema)], func(*goidb.Database) error { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
}
