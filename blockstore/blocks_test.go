package blockstore

import (
	"bytes"
	"testing"

	blocks "github.com/ipfs/go-block-format"
	ipld "github.com/ipfs/go-ipld-format"
)

func TestPutGetDelete(t *testing.T) {
	store := NewMemory()
	defer store.Close()
	b := blocks.NewBlock([]byte("hello"))
	bs := store.Blocks()
	if err := bs.Put(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	got, err := bs.Get(t.Context(), b.Cid())
	if err != nil || !bytes.Equal(got.RawData(), b.RawData()) {
		t.Fatalf("got %v, %v", got, err)
	}
	if err := bs.DeleteBlock(t.Context(), b.Cid()); err != nil {
		t.Fatal(err)
	}
	if _, err := bs.Get(t.Context(), b.Cid()); !ipld.IsNotFound(err) {
		t.Fatalf("got %v; want not found", err)
	}
}
