package blockstoretest

import (
	"testing"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

func testMissing(t *testing.T, s bstore.Blockstore) {
	c := randomBlock(t, 32).Cid()
	wantMissing(t, s, c)
	remove(t, s, c)
	_, err := s.Get(t.Context(), cid.Undef)
	wantNotFound(t, "Get", cid.Undef, err)
}

func testPutGetDelete(t *testing.T, s bstore.Blockstore) {
	// Around 64 KiB browsers change how they keep a value; 2 MiB is the most that
	// bitswap moves.
	for _, size := range []int{0, 1, 1000, 64<<10 - 1, 64 << 10, 256 << 10, 2 << 20} {
		b := randomBlock(t, size)
		if err := s.Put(t.Context(), b); err != nil {
			t.Fatalf("Put of %d bytes: %v", size, err)
		}
		wantBlock(t, s, b.Cid(), b.RawData())
		remove(t, s, b.Cid())
		wantMissing(t, s, b.Cid())
	}
}

func testTwice(t *testing.T, s bstore.Blockstore) {
	for _, size := range []int{100, 100 << 10} {
		b := randomBlock(t, size)
		put(t, s, b)
		put(t, s, b)
		wantBlock(t, s, b.Cid(), b.RawData())
		remove(t, s, b.Cid())
		wantMissing(t, s, b.Cid())
		remove(t, s, b.Cid())
		wantMissing(t, s, b.Cid())
		put(t, s, b)
		wantBlock(t, s, b.Cid(), b.RawData())
	}
}

// testSameMultihash: CIDs that differ in version or codec name one block.
func testSameMultihash(t *testing.T, s bstore.Blockstore) {
	v0 := randomBlock(t, 500) // blocks.NewBlock makes CIDs of version 0
	names := []cid.Cid{
		v0.Cid(),
		cid.NewCidV1(cid.DagProtobuf, v0.Cid().Hash()),
		cid.NewCidV1(cid.Raw, v0.Cid().Hash()),
		cid.NewCidV1(cid.DagCBOR, v0.Cid().Hash()),
	}
	for i, putAs := range names {
		b, err := blocks.NewBlockWithCid(v0.RawData(), putAs)
		if err != nil {
			t.Fatal(err)
		}
		put(t, s, b)
		for _, c := range names {
			wantBlock(t, s, c, v0.RawData())
		}
		remove(t, s, names[(i+1)%len(names)])
		for _, c := range names {
			wantMissing(t, s, c)
		}
	}
}

// testOtherMultihash: the same bytes under another hash are another block.
func testOtherMultihash(t *testing.T, s bstore.Blockstore) {
	data := randomBlock(t, 500).RawData()
	var made []blocks.Block
	for _, code := range []uint64{multihash.SHA2_256, multihash.SHA2_512} {
		hash, err := multihash.Sum(data, code, -1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := blocks.NewBlockWithCid(data, cid.NewCidV1(cid.Raw, hash))
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, b)
	}
	put(t, s, made...)
	remove(t, s, made[0].Cid())
	wantMissing(t, s, made[0].Cid())
	wantBlock(t, s, made[1].Cid(), data)
}

// testIdentity: whether a store keeps such blocks or reads them from the CID,
// what was put is found.
func testIdentity(t *testing.T, s bstore.Blockstore) {
	for _, data := range []string{"", "held by its own CID"} {
		hash, err := multihash.Sum([]byte(data), multihash.IDENTITY, -1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := blocks.NewBlockWithCid([]byte(data), cid.NewCidV1(cid.Raw, hash))
		if err != nil {
			t.Fatal(err)
		}
		put(t, s, b)
		wantBlock(t, s, b.Cid(), b.RawData())
		remove(t, s, b.Cid())
	}
}

func testPutMany(t *testing.T, s bstore.Blockstore) {
	put(t, s) // none at all
	many := randomBlocks(t, 10, 300)
	many = append(many, randomBlocks(t, 3, 50<<10)...)
	put(t, s, many[0], many[11]) // some are there already
	twice := append(many, many[2], many[12])
	asV1, err := blocks.NewBlockWithCid(many[3].RawData(), cid.NewCidV1(cid.Raw, many[3].Cid().Hash()))
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, append(twice, asV1)...)
	for _, b := range many {
		wantBlock(t, s, b.Cid(), b.RawData())
	}
	wantListed(t, s, many)
}
