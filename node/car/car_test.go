package car_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/node/car"
)

const maxBlock = 1 << 20

type block struct {
	cid  cid.Cid
	data []byte
}

func blockOf(t testing.TB, prefix cid.Prefix, data string) block {
	t.Helper()
	c, err := prefix.Sum([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return block{c, []byte(data)}
}

// someBlocks are of each kind of CID.
func someBlocks(t testing.TB) []block {
	return []block{
		blockOf(t, cid.NewPrefixV1(cid.Raw, multihash.SHA2_256), "raw"),
		blockOf(t, cid.Prefix{Version: 0, Codec: cid.DagProtobuf, MhType: multihash.SHA2_256, MhLength: -1}, "\n\x00"),
		blockOf(t, cid.Prefix{Version: 1, Codec: cid.Raw, MhType: multihash.SHA2_256, MhLength: -1}, ""),
		blockOf(t, cid.Prefix{Version: 1, Codec: cid.DagCBOR, MhType: multihash.SHA2_512, MhLength: -1}, "\xa0"),
		blockOf(t, cid.Prefix{Version: 1, Codec: cid.Raw, MhType: multihash.IDENTITY, MhLength: -1}, "here"),
	}
}

// write makes a CAR of version 1.
func write(t testing.TB, roots []cid.Cid, blocks []block) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := car.NewWriter(&out, roots...)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		if err := w.Put(b.cid, b.data); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// wrap makes a CAR of version 2 around one, with padding and something after it.
func wrap(v1 []byte, padding int, after string) []byte {
	out := []byte("\x0a\xa1\x67version\x02")
	out = append(out, make([]byte, 16)...)
	out = binary.LittleEndian.AppendUint64(out, uint64(51+padding))
	out = binary.LittleEndian.AppendUint64(out, uint64(len(v1)))
	out = binary.LittleEndian.AppendUint64(out, 0)
	out = append(out, make([]byte, padding)...)
	return append(append(out, v1...), after...)
}

// read reads a CAR to its end.
func read(r io.Reader) (roots []cid.Cid, blocks []block, err error) {
	c, err := car.NewReader(r, maxBlock)
	if err != nil {
		return nil, nil, err
	}
	for {
		id, data, err := c.Next()
		if errors.Is(err, io.EOF) {
			return c.Roots, blocks, nil
		}
		if err != nil {
			return c.Roots, blocks, err
		}
		blocks = append(blocks, block{id, data})
	}
}

func same(a, b []block) bool {
	return slices.EqualFunc(a, b, func(x, y block) bool { return x.cid == y.cid && bytes.Equal(x.data, y.data) })
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	blocks := someBlocks(t)
	for name, roots := range map[string][]cid.Cid{
		"no root":  {},
		"one root": {blocks[1].cid},
		"two":      {blocks[0].cid, blocks[4].cid},
	} {
		v1 := write(t, roots, blocks)
		for version, data := range map[string][]byte{
			"version 1": v1, "version 2": wrap(v1, 0, ""), "version 2 with padding and an index": wrap(v1, 100, "an index"),
		} {
			t.Run(name+", "+version, func(t *testing.T) {
				for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data))} {
					gotRoots, got, err := read(r)
					if err != nil || !slices.Equal(gotRoots, roots) || !same(got, blocks) {
						t.Errorf("got roots %s, blocks %v, %v; want %s, %v", gotRoots, got, err, roots, blocks)
					}
				}
			})
		}
	}
}

// A CAR may end after a section. Anywhere else it is an error, of whichever
// version.
func TestCutShort(t *testing.T) {
	blocks := someBlocks(t)
	v1 := write(t, []cid.Cid{blocks[0].cid}, blocks)
	whole := map[int]bool{len(v1): true}
	for i := range blocks {
		whole[len(write(t, []cid.Cid{blocks[0].cid}, blocks[:i]))] = true
	}
	for n := range v1 {
		_, _, err := read(bytes.NewReader(v1[:n]))
		if whole[n] != (err == nil) || err != nil && !errors.Is(err, car.ErrMalformed) {
			t.Errorf("version 1 cut at %d of %d: got %v", n, len(v1), err)
		}
	}
	v2 := wrap(v1, 3, "")
	for n := range v2 {
		if _, _, err := read(bytes.NewReader(v2[:n])); !errors.Is(err, car.ErrMalformed) {
			t.Errorf("version 2 cut at %d of %d: got %v", n, len(v2), err)
		}
	}
}

func TestMalformed(t *testing.T) {
	raw := someBlocks(t)[0]
	v1 := write(t, nil, nil)
	header := func(cborHex string) string {
		data, err := hex.DecodeString(cborHex)
		if err != nil {
			t.Fatal(err)
		}
		return string(binary.AppendUvarint(nil, uint64(len(data)))) + string(data)
	}
	v2 := func(offset, size uint64, rest []byte) string {
		out := wrap(nil, 0, "")
		binary.LittleEndian.PutUint64(out[27:], offset)
		binary.LittleEndian.PutUint64(out[35:], size)
		return string(append(out, rest...))
	}
	for name, data := range map[string]string{
		"nothing":                        "",
		"text":                           "this is not a CAR, not even the beginning of one",
		"a header of no bytes":           "\x00",
		"an endless length":              "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"a header of 2^63 bytes":         "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
		"a header of 1 MiB and 1":        "\x81\x80\x40",
		"a header that is a list":        header("80"),
		"no version":                     header("a165726f6f747380"),
		"no roots":                       header("a16776657273696f6e01"),
		"version 3":                      header("a16776657273696f6e03"),
		"a version of text":              header("a265726f6f7473806776657273696f6e6131"),
		"roots of text":                  header("a265726f6f747361616776657273696f6e01"),
		"a root of text":                 header("a265726f6f74738161616776657273696f6e01"),
		"2^60 roots":                     header("a265726f6f74739b1000000000000000"),
		"a section of 2^63 bytes":        string(v1) + "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
		"a section without a CID":        string(v1) + "\x00",
		"a section of something else":    string(v1) + "\x05hello",
		"a section shorter than its CID": string(v1) + "\x05" + string(raw.cid.Bytes()),
		"data before they can be":        v2(50, 100, v1),
		"data at 2^63":                   v2(1<<63, 100, v1),
		"data at 2^62":                   v2(1<<62, 100, v1),
		"no data":                        v2(51, 0, v1),
		"data of 2^63 bytes":             v2(51, 1<<63, v1),
		"data that end in the header":    v2(51, 5, v1),
		"data that end in a block":       v2(51, uint64(len(v1)+39), write(t, nil, []block{raw})),
		"version 2 in version 2":         v2(51, 100, wrap(v1, 0, "")),
	} {
		t.Run(name, func(t *testing.T) {
			if _, blocks, err := read(bytes.NewReader([]byte(data))); !errors.Is(err, car.ErrMalformed) {
				t.Errorf("got %d blocks and error %v; want a malformed CAR", len(blocks), err)
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	most := blockOf(t, cid.NewPrefixV1(cid.Raw, multihash.SHA2_256), string(make([]byte, maxBlock)))
	if _, blocks, err := read(bytes.NewReader(write(t, nil, []block{most}))); err != nil || len(blocks) != 1 {
		t.Errorf("a block of the limit: got %d blocks, %v", len(blocks), err)
	}
	more := blockOf(t, cid.NewPrefixV1(cid.Raw, multihash.SHA2_256), string(make([]byte, maxBlock+1)))
	_, _, err := read(bytes.NewReader(write(t, nil, []block{more})))
	var large *car.TooLargeError
	if !errors.As(err, &large) || large.Size != maxBlock+1 || large.Cid != more.cid {
		t.Errorf("a block over the limit: got %v", err)
	}
}

// What a CAR says of its length is not taken at its word: only what comes is
// allocated beyond one block.
func TestLengthsAreNotAllocated(t *testing.T) {
	v1 := write(t, nil, nil)
	raw := someBlocks(t)[0]
	lying := append(v1, binary.AppendUvarint(nil, 1<<40)...)
	lying = append(lying, raw.cid.Bytes()...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := read(bytes.NewReader(lying)); err == nil {
		t.Error("a block of a tebibyte was read")
	}
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > maxBlock {
		t.Errorf("%d bytes were allocated", allocated)
	}
}

// An error of what is read is told as it is.
func TestSourceFails(t *testing.T) {
	blocks := someBlocks(t)
	v1 := write(t, []cid.Cid{blocks[0].cid}, blocks)
	failed := errors.New("the source failed")
	for n := range v1 {
		r := io.MultiReader(bytes.NewReader(v1[:n]), iotest.ErrReader(failed))
		if _, _, err := read(r); !errors.Is(err, failed) || errors.Is(err, car.ErrMalformed) {
			t.Errorf("failing at %d: got %v", n, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	blocks := someBlocks(f)
	v1 := write(f, []cid.Cid{blocks[0].cid}, blocks)
	f.Add(v1)
	f.Add(wrap(v1, 1, "x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		roots, blocks, err := read(bytes.NewReader(data))
		if err != nil {
			return
		}
		againRoots, again, err := read(bytes.NewReader(write(t, roots, blocks)))
		if err != nil || !slices.Equal(againRoots, roots) || !same(again, blocks) {
			t.Errorf("written and read again: got %s, %v, %v; want %s, %v", againRoots, again, err, roots, blocks)
		}
	})
}
