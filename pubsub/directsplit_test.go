package pubsub

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// splitting is what a splitter found.
type splitting struct {
	documents []string
	faults    int
}

// split writes stream in pieces of the lengths that cut returns.
func split(t testing.TB, limit int, stream string, cut func(left int) int) splitting {
	t.Helper()
	var found splitting
	s := splitter{
		limit:    limit,
		document: func(doc []byte) { found.documents = append(found.documents, string(doc)) },
		fault:    func(error) { found.faults++ },
	}
	for len(stream) > 0 {
		n := cut(len(stream))
		s.write([]byte(stream[:n]))
		stream = stream[n:]
		if s.pending() > max(2*limit, 2*keptBuffer) {
			t.Fatalf("%d bytes are held; the limit is %d", s.pending(), limit)
		}
	}
	return found
}

func whole(left int) int { return left }
func bytewise(int) int   { return 1 }

func TestSplitter(t *testing.T) {
	const limit = 100
	long := `{"a":"` + strings.Repeat("x", limit) + `"}`
	for _, tt := range []struct {
		name, stream string
		documents    []string
		faults       int
	}{
		{"nothing", "", nil, 0},
		{"one", `{"a":1}`, []string{`{"a":1}`}, 0},
		{"joined", `{"a":1}{"b":2}`, []string{`{"a":1}`, `{"b":2}`}, 0},
		{"with white space between", "\n{}\r\n\t {}\n", []string{`{}`, `{}`}, 0},
		{"nested", `{"a":[{},{"b":[]}]}{}`, []string{`{"a":[{},{"b":[]}]}`, `{}`}, 0},
		{"brackets in text", `{"a":"}{]["}{}`, []string{`{"a":"}{]["}`, `{}`}, 0},
		{"quotes in text", `{"a":"\"}"}{"a":"\\"}`, []string{`{"a":"\"}"}`, `{"a":"\\"}`}, 0},
		{"numbers and names", `{"a":-1.5e+3,"b":1E9,"c":[true,false,null]}`, []string{`{"a":-1.5e+3,"b":1E9,"c":[true,false,null]}`}, 0},
		{"other languages", `{"a":"é漢😀"}`, []string{`{"a":"é漢😀"}`}, 0},
		{"unfinished", `{"a":1}{"b"`, []string{`{"a":1}`}, 0},
		{"garbage before", `garbage{}`, []string{`{}`}, 1},
		{"garbage after", `{}garbage`, []string{`{}`}, 1},
		{"garbage in two runs", `a{}b{}`, []string{`{}`, `{}`}, 2},
		{"a stray bracket", `}{}`, []string{`{}`}, 1},
		{"an array", `[1,2]{}`, []string{`{}`}, 1},
		{"text", `"abc"{}`, []string{`{}`}, 1},
		{"a control character in text", "{\"a\":\"b\nc\"}{}", []string{`{}`}, 1},
		{"bytes outside of text", "{\x00}{}", []string{`{}`}, 1},
		{"not UTF-8", "{\"a\":\"\xff\"}{}", []string{`{}`}, 1},
		{"half a character", "{\"a\":\"\xc3\"}{}", []string{`{}`}, 1},
		{"too long", long + `{}`, []string{`{}`}, 1},
		{"just not too long", long[:limit-2] + `"}`, []string{long[:limit-2] + `"}`}, 0},
		{"too deep", strings.Repeat(`{"a":`, maxDepth+1) + strings.Repeat(`}`, maxDepth+1) + `{}`, []string{`{}`}, 1},
		{"no JSON, for the decoder to see", `{]{}`, []string{`{]`, `{}`}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, cut := range map[string]func(int) int{"whole": whole, "byte by byte": bytewise} {
				got := split(t, limit, tt.stream, cut)
				if !slices.Equal(got.documents, tt.documents) || got.faults != tt.faults {
					t.Errorf("%s: got %q and %d faults; want %q and %d", name, got.documents, got.faults, tt.documents, tt.faults)
				}
			}
		})
	}
}

// A peer may send garbage for ever: each byte of it is looked at once, and
// nothing of it is kept.
func TestSplitterEndless(t *testing.T) {
	got := split(t, 1000, `{"a":"`+strings.Repeat("x", 10<<20)+`"}{}`, func(left int) int { return min(left, 4<<10) })
	if !slices.Equal(got.documents, []string{"{}"}) || got.faults != 1 {
		t.Errorf("got %d documents and %d faults; want 1 and 1", len(got.documents), got.faults)
	}
}

// FuzzSplitter has documents with whatever between them cut up in any way. What
// is found must not depend on the cuts, and documents with nothing between them
// must be found.
func FuzzSplitter(f *testing.F) {
	f.Add(uint64(1), `text "\`, "")
	f.Add(uint64(2), "é\xff}{", "garbage")
	f.Add(uint64(3), `{"a":[1]}`, `{"a":`)
	f.Fuzz(func(t *testing.T, seed uint64, text, between string) {
		const limit = 1 << 12
		random := rand.New(rand.NewPCG(seed, 0))
		cut := func(left int) int { return 1 + random.IntN(min(left, 64)) }

		mixed := between + `{"a":"b"}` + text + between
		want, got := split(t, limit, mixed, whole), split(t, limit, mixed, cut)
		if !slices.Equal(got.documents, want.documents) || got.faults != want.faults {
			t.Errorf("cut up: %q and %d faults; whole: %q and %d", got.documents, got.faults, want.documents, want.faults)
		}

		doc, err := json.Marshal(map[string]any{"text": text, "list": []any{text, len(text), nil}})
		if err != nil {
			t.Fatal(err)
		}
		clean := split(t, 1<<20, strings.Repeat(string(doc), 3), cut)
		if want := []string{string(doc), string(doc), string(doc)}; !slices.Equal(clean.documents, want) || clean.faults != 0 {
			t.Errorf("got %q and %d faults; want %s three times", clean.documents, clean.faults, doc)
		}
	})
}

func BenchmarkSplitter(b *testing.B) {
	for _, size := range []int{100, 64 << 10} {
		doc := []byte(`{"to":"a","from":"b","data":"` + strings.Repeat("00", size) + `"}`)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := splitter{limit: 1 << 20, document: func([]byte) {}, fault: func(err error) { b.Error(err) }}
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				s.write(doc)
			}
		})
	}
}
