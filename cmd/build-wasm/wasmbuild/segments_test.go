package wasmbuild

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"
)

// moduleWith returns a module that has segments between other sections.
func moduleWith(segments ...segment) []byte {
	module := []byte(wasmHeader + "\x01\x03abc")
	body := appendSegments(nil, segments)
	module = binary.AppendUvarint(append(module, wasmData), uint64(len(body)))
	return append(append(module, body...), "\x00\x02xy"...)
}

// image is what segments make of a memory of zeros.
func image(t *testing.T, module []byte) (memory []byte, count int) {
	t.Helper()
	sections, err := sectionsOf(module)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		if s.id != wasmData {
			continue
		}
		segments, err := segmentsOf(s.body)
		if err != nil {
			t.Fatal(err)
		}
		memory = make([]byte, 1<<20)
		for _, s := range segments {
			copy(memory[s.offset:], s.data)
		}
		return memory, len(segments)
	}
	t.Fatal("no section of data")
	return nil, 0
}

func TestMemory(t *testing.T) {
	for _, test := range []struct {
		name     string
		segments []segment
		want     int
	}{
		{"none", nil, 0},
		{"one", []segment{{100, []byte("a")}}, 1},
		{"side by side", []segment{{100, []byte("a")}, {101, []byte("b")}}, 1},
		{"close", []segment{{100, []byte("a")}, {110, []byte("b")}, {119, []byte("c")}}, 1},
		{"far", []segment{{100, []byte("a")}, {111, []byte("b")}}, 2},
		{"out of order", []segment{{200, []byte("a")}, {100, []byte("b")}, {105, []byte("c")}}, 2},
		{"overlapping", []segment{{100, []byte("abc")}, {101, []byte("x")}}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := moduleWith(test.segments...)
			after, err := withMemory(before, 10, asItIs)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := image(t, before)
			got, count := image(t, after)
			if !bytes.Equal(got, want) {
				t.Error("the memory is not the same")
			}
			if count != test.want {
				t.Errorf("got %d segments; want %d", count, test.want)
			}
			if !bytes.HasPrefix(after, before[:13]) || !bytes.HasSuffix(after, []byte("\x00\x02xy")) {
				t.Error("the other sections are not what they were")
			}
		})
	}
}

func TestMemoryRefuses(t *testing.T) {
	good := moduleWith(segment{1 << 20, []byte("abc")}, segment{100, []byte("abc")})
	for n := range len(good) {
		if n == len(wasmHeader) || n == len(wasmHeader)+5 || n == len(good)-4 {
			continue // between two sections
		}
		if _, err := withMemory(good[:n], 10, asItIs); !errors.Is(err, errNoWasm) {
			t.Errorf("%d of %d bytes: got %v; want %v", n, len(good), err, errNoWasm)
		}
	}
	passive := slices.Replace(slices.Clone(good), 16, 17, 1)
	if _, err := withMemory(passive, 10, asItIs); !errors.Is(err, errNoWasm) {
		t.Errorf("a segment that is not active: got %v; want %v", err, errNoWasm)
	}
}

func TestVarint(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 63, 64, -64, -65, 127, 128, 1 << 20, -1 << 20, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64} {
		b := appendVarint(nil, v)
		if got, n := varint(append(b, 0xff)); got != v || n != len(b) {
			t.Errorf("%d: got %d of %d bytes; want %d", v, got, n, len(b))
		}
	}
	// From the specification of LEB128.
	if got := appendVarint(nil, -123456); !bytes.Equal(got, []byte{0xc0, 0xbb, 0x78}) {
		t.Errorf("-123456: got %x; want c0bb78", got)
	}
}

func asItIs([]byte) error { return nil }
