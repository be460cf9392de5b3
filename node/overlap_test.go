package node_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// slowHasher takes a while for each hash, but works on many at a time, as a
// browser's does.
type slowHasher struct{ time time.Duration }

func (h slowHasher) Sum(_ context.Context, code uint64, data []byte) (multihash.Multihash, error) {
	time.Sleep(h.time)
	return multihash.Sum(data, code, -1)
}

// slowReader gives a chunk at a time, and takes a while for each.
type slowReader struct {
	io.Reader

	chunk int
	time  time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	time.Sleep(r.time)
	return r.Reader.Read(p[:min(len(p), r.chunk)])
}

// TestAddOverlaps wants an add to take little longer than its slowest part:
// reading, hashing and writing go on at the same time.
func TestAddOverlaps(t *testing.T) {
	const chunks, chunk = 256, 64 << 10
	const tick = 10 * time.Millisecond
	for _, test := range []struct {
		name            string
		read, hash, put time.Duration // per chunk, per hash, per batch of 4 MiB
		most            time.Duration
	}{
		{"slow source", tick, tick, 10 * tick, (chunks + 20) * tick},
		{"slow hashes, many at a time", 0, 40 * tick, 0, chunks * tick},
		{"slow store, two writes at a time", 0, 0, 100 * tick, 350 * tick},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := plainConfig()
			w := watch(cfg.Blockstore)
			w.putTime = test.put
			cfg.Blockstore = w
			cfg.Hasher = slowHasher{test.hash}
			n := newNode(t, cfg)
			src := &slowReader{bytes.NewReader(noise(chunks * chunk)), chunk, test.read}
			start := time.Now()
			add(t, n, nodeapi.AddOptions{Chunker: "size-65536"}, nodeapi.AddEntry{Content: src})
			if took := time.Since(start); took > test.most {
				t.Errorf("%s: took %v; want at most %v", test.name, took, test.most)
			}
			if got := w.mostPutting.Load(); got > 3 {
				t.Errorf("%s: %d writes at a time; want at most two and the last", test.name, got)
			}
		})
	}
}

// TestCatOverlaps wants blocks to be loaded many at a time.
func TestCatOverlaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := plainConfig()
		w := watch(cfg.Blockstore)
		cfg.Blockstore = w
		cfg.Hasher = slowHasher{} // a browser's answers from outside of the bubble
		n := newNode(t, cfg)
		data := noise(128 * 256 << 10)
		c := addFile(t, n, nodeapi.AddOptions{Chunker: "size-262144"}, data).String()
		w.getTime = 10 * time.Millisecond
		start := time.Now()
		if got := cat(t, n, c); !bytes.Equal(got, data) {
			t.Error("cat gave other bytes")
		}
		if took, most := time.Since(start), 128*w.getTime/8; took > most {
			t.Errorf("took %v; want at most %v, with eight blocks and more at a time", took, most)
		}
	})
}

// TestSmallAddIsLean wants one write of blocks and one of pins for a small file.
func TestSmallAddIsLean(t *testing.T) {
	cfg := plainConfig()
	w := watch(cfg.Blockstore)
	cfg.Blockstore = w
	pins := &hookedDatastore{Batching: cfg.Datastore}
	cfg.Datastore = pins
	n := newNode(t, cfg)
	ops := map[string]int{}
	w.setHook(func(op string) error {
		ops[op]++
		return nil
	})
	addFile(t, n, nodeapi.AddOptions{}, noise(1000))
	if len(ops) != 1 || ops["put"] != 1 || pins.commits.Load() != 1 {
		t.Errorf("did %v and %d writes of pins; want one put and one write", ops, pins.commits.Load())
	}
}
