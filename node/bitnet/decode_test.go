package bitnet_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"google.golang.org/protobuf/proto"

	"github.com/sharednode/sharednode/node/bitnet"
)

// newNetwork returns one that only decodes, and wants blocks or not.
func newNetwork(wanted bool) *bitnet.Network {
	return bitnet.New(bitnet.Config{
		Sum:    func(_ context.Context, p cid.Prefix, data []byte) (cid.Cid, error) { return p.Sum(data) },
		Wanted: func() bool { return wanted },
	})
}

// fullMessage has all that a message may have.
func fullMessage(t testing.TB) message.BitSwapMessage {
	t.Helper()
	m := message.New(true)
	raw := blocks.NewBlock([]byte("raw"))
	m.AddEntry(cidOf(t, "one"), 7, pb.Message_Wantlist_Block, true)
	m.AddEntry(cidOf(t, "two"), -3, pb.Message_Wantlist_Have, false)
	m.Cancel(cidOf(t, "three"))
	m.AddBlock(raw)
	cbor, err := blocks.NewBlockWithCid([]byte("cbor"), prefixed(t, cid.DagCBOR, multihash.SHA2_512, "cbor"))
	if err != nil {
		t.Fatal(err)
	}
	m.AddBlock(cbor)
	m.AddHave(cidOf(t, "four"))
	m.AddDontHave(cidOf(t, "five"))
	m.SetPendingBytes(12345)
	return m
}

func cidOf(t testing.TB, text string) cid.Cid {
	return prefixed(t, cid.Raw, multihash.SHA2_256, text)
}

func prefixed(t testing.TB, codec, hash uint64, text string) cid.Cid {
	t.Helper()
	c, err := cid.Prefix{Version: 1, Codec: codec, MhType: hash, MhLength: -1}.Sum([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func encode(t testing.TB, m *pb.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// same compares all that bitswap reads of a message.
func same(a, b message.BitSwapMessage) bool {
	return slices.EqualFunc(sorted(a.Wantlist(), entryKey), sorted(b.Wantlist(), entryKey),
		func(x, y message.Entry) bool { return x == y }) &&
		slices.EqualFunc(sorted(a.Blocks(), blockKey), sorted(b.Blocks(), blockKey), func(x, y blocks.Block) bool {
			return x.Cid() == y.Cid() && bytes.Equal(x.RawData(), y.RawData())
		}) &&
		slices.Equal(sorted(a.Haves(), cid.Cid.KeyString), sorted(b.Haves(), cid.Cid.KeyString)) &&
		slices.Equal(sorted(a.DontHaves(), cid.Cid.KeyString), sorted(b.DontHaves(), cid.Cid.KeyString)) &&
		a.PendingBytes() == b.PendingBytes() && a.Full() == b.Full()
}

func entryKey(e message.Entry) string { return e.Cid.KeyString() }
func blockKey(b blocks.Block) string  { return b.Cid().KeyString() }

func sorted[T any](list []T, key func(T) string) []T {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return list
}

// TestDecode holds decoding to boxo's encoding.
func TestDecode(t *testing.T) {
	m := fullMessage(t)
	n := newNetwork(true)
	got, err := n.Decode(t.Context(), encode(t, m.ToProtoV1()))
	if err != nil || !same(got, m) {
		t.Errorf("got %v, %v; want %v", got, err, m)
	}
	old := message.New(false)
	old.AddBlock(blocks.NewBlock([]byte("of version 0")))
	got, err = n.Decode(t.Context(), encode(t, old.ToProtoV0()))
	if err != nil || !same(got, old) {
		t.Errorf("the older form: got %v, %v; want %v", got, err, old)
	}
	if dropped := n.Dropped(); dropped != (bitnet.Counts{}) {
		t.Errorf("dropped %+v", dropped)
	}
}

// TestDecodeDrops wants blocks that cannot be wanted to be dropped, and the rest
// of their message to be kept.
func TestDecodeDrops(t *testing.T) {
	good := &pb.Message_Block{Prefix: cidOf(t, "").Prefix().Bytes(), Data: []byte("good")}
	for _, test := range []struct {
		name   string
		wanted bool
		prefix []byte
		drops  bool
	}{
		{"good", true, []byte{1, 0x55, 0x12, 32}, false},
		{"version 0", true, []byte{0, 0x70, 0x12, 32}, false},
		{"nothing wanted", false, []byte{1, 0x55, 0x12, 32}, true},
		{"version 0 of another codec", true, []byte{0, 0x55, 0x12, 32}, true},
		{"version 0 of another hash", true, []byte{0, 0x70, 0x13, 64}, true},
		{"version 2", true, []byte{2, 0x55, 0x12, 32}, true},
		{"unknown hash", true, []byte{1, 0x55, 0xff, 0x7f, 32}, true},
	} {
		n := newNetwork(test.wanted)
		m := &pb.Message{
			Payload:        []*pb.Message_Block{{Prefix: test.prefix, Data: []byte("12345")}, good},
			BlockPresences: []*pb.Message_BlockPresence{{Cid: cidOf(t, "have").Bytes()}},
		}
		got, err := n.Decode(t.Context(), encode(t, m))
		if err != nil || len(got.Haves()) != 1 {
			t.Errorf("%s: %v, %v; want the rest of the message", test.name, got, err)
			continue
		}
		want := bitnet.Counts{}
		if test.drops {
			want = bitnet.Counts{Blocks: 1, Bytes: 5}
		}
		if !test.wanted {
			want = bitnet.Counts{Blocks: 2, Bytes: 9}
		}
		if dropped := n.Dropped(); dropped != want || len(got.Blocks())+int(dropped.Blocks) != 2 {
			t.Errorf("%s: dropped %+v and kept %d blocks; want %+v", test.name, dropped, len(got.Blocks()), want)
		}
	}
}

// TestDecodeRefuses wants an error for what is no message.
func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
	}{
		{"no tag", []byte{0xff}},
		{"a field cut off", []byte{0x1a, 10, 1}},
		{"a number that overflows", append([]byte{0x28}, bytes.Repeat([]byte{0xff}, binary.MaxVarintLen64)...)},
		{"a want of nothing", encode(t, &pb.Message{Wantlist: &pb.Message_Wantlist{Entries: []*pb.Message_Wantlist_Entry{{}}}})},
		{"a want of no CID", encode(t, &pb.Message{Wantlist: &pb.Message_Wantlist{
			Entries: []*pb.Message_Wantlist_Entry{{Block: []byte("no CID")}},
		}})},
		{"a block without a prefix", encode(t, &pb.Message{Payload: []*pb.Message_Block{{Data: []byte("x")}}})},
		{"a block with half a prefix", encode(t, &pb.Message{Payload: []*pb.Message_Block{{Prefix: []byte{1}}}})},
		{"a presence of nothing", encode(t, &pb.Message{BlockPresences: []*pb.Message_BlockPresence{{}}})},
		{"a presence of another kind", encode(t, &pb.Message{
			BlockPresences: []*pb.Message_BlockPresence{{Cid: cidOf(t, "x").Bytes(), Type: 2}},
		})},
	} {
		if m, err := newNetwork(true).Decode(t.Context(), test.data); err == nil {
			t.Errorf("%s: decoded to %v", test.name, m)
		}
	}
}

// FuzzDecode wants what is decoded to be what boxo reads in it.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, fullMessage(f).ToProtoV1()))
	f.Add(encode(f, fullMessage(f).ToProtoV0()))
	f.Add([]byte{})
	n := newNetwork(true)
	f.Fuzz(func(t *testing.T, data []byte) {
		before := n.Dropped().Blocks
		got, err := n.Decode(t.Context(), data)
		framed := append(binary.AppendUvarint(nil, uint64(len(data))), data...)
		want, _, wantErr := message.FromNet(bytes.NewReader(framed))
		if err != nil || wantErr != nil || n.Dropped().Blocks != before {
			return // each has its own limits
		}
		if !same(got, want) {
			t.Errorf("got %v; boxo has %v", got, want)
		}
	})
}

// TestDecodeAsksSum wants no block whose hash the node refuses.
func TestDecodeAsksSum(t *testing.T) {
	n := bitnet.New(bitnet.Config{
		Sum:    func(context.Context, cid.Prefix, []byte) (cid.Cid, error) { return cid.Undef, errors.New("refused") },
		Wanted: func() bool { return true },
	})
	m, err := n.Decode(t.Context(), encode(t, fullMessage(t).ToProtoV1()))
	if err != nil || len(m.Blocks()) != 0 || n.Dropped().Blocks != 2 {
		t.Errorf("got %v, %v; want no blocks", m, err)
	}
}
