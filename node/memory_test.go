package node_test

import (
	"context"
	"encoding/binary"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const memoryChunk = 1 << 20

// numbered is the bytes of a file whose chunks of 1 MiB are zeros but for their
// number in front.
type numbered struct {
	at, size int64
	first    uint64 // the first chunk's number
}

func (f *numbered) Read(p []byte) (int, error) {
	if f.at == f.size {
		return 0, io.EOF
	}
	inChunk := f.at % memoryChunk
	k := int(min(int64(len(p)), f.size-f.at, memoryChunk-inChunk))
	clear(p[:k])
	if inChunk == 0 && k >= 8 {
		binary.BigEndian.PutUint64(p, f.first+uint64(f.at/memoryChunk))
	}
	f.at += int64(k)
	return k, nil
}

// A hollow blockstore keeps of numbered chunks the number alone.
type hollow struct {
	bstore.Blockstore

	mu      sync.Mutex // guards following
	numbers map[string]uint64
}

func (h *hollow) PutMany(ctx context.Context, bs []blocks.Block) error {
	for _, b := range bs {
		if b.Cid().Type() != cid.Raw {
			if err := h.Put(ctx, b); err != nil {
				return err
			}
			continue
		}
		h.mu.Lock()
		h.numbers[string(b.Cid().Hash())] = binary.BigEndian.Uint64(b.RawData())
		h.mu.Unlock()
	}
	return nil
}

func (h *hollow) GetSize(ctx context.Context, c cid.Cid) (int, error) {
	if c.Type() != cid.Raw {
		return h.Blockstore.GetSize(ctx, c)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, has := h.numbers[string(c.Hash())]; !has {
		return -1, ipld.ErrNotFound{Cid: c}
	}
	return memoryChunk, nil
}

func (h *hollow) Has(ctx context.Context, c cid.Cid) (bool, error) {
	_, err := h.GetSize(ctx, c)
	if ipld.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

func (h *hollow) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	if c.Type() != cid.Raw {
		return h.Blockstore.Get(ctx, c)
	}
	h.mu.Lock()
	number, has := h.numbers[string(c.Hash())]
	h.mu.Unlock()
	if !has {
		return nil, ipld.ErrNotFound{Cid: c}
	}
	data := make([]byte, memoryChunk)
	binary.BigEndian.PutUint64(data, number)
	return blocks.NewBlockWithCid(data, c)
}

// peakHeap returns by how much the heap grew at most while f ran.
func peakHeap(f func()) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	base, peak := m.HeapInuse, m.HeapInuse
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return peak - base
}

// TestMemory adds and reads files much larger than what may be in memory, one
// and several at a time.
func TestMemory(t *testing.T) {
	size, most := int64(512<<20), uint64(96<<20)
	if testing.Short() {
		size = 256 << 20
	}
	for _, test := range []struct {
		name    string
		streams int
		most    uint64
	}{
		{"one file", 1, most},
		{"eight files", 8, 2 * most},
	} {
		cfg := plainConfig()
		cfg.Blockstore = &hollow{Blockstore: cfg.Blockstore, numbers: map[string]uint64{}}
		n := newNode(t, cfg)
		each := size / int64(test.streams)
		paths := make([]string, test.streams)
		together := func(f func(i int)) uint64 {
			return peakHeap(func() {
				var all sync.WaitGroup
				for i := range test.streams {
					all.Go(func() { f(i) })
				}
				all.Wait()
			})
		}
		adding := together(func(i int) {
			content := &numbered{size: each, first: uint64(i) << 32}
			added, err := tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(nodeapi.AddEntry{Content: content}))
			if err != nil {
				t.Errorf("Add: %v", err)
				return
			}
			paths[i] = added[0].Cid.String()
		})
		reading := together(func(i int) {
			r, err := n.Cat(t.Context(), nodeapi.CatRequest{Path: paths[i]})
			if err != nil {
				t.Errorf("Cat: %v", err)
				return
			}
			defer r.Close()
			if read, err := io.Copy(io.Discard, r); err != nil || read != each {
				t.Errorf("read %d bytes, %v; want %d", read, err, each)
			}
		})
		t.Logf("%s, %d MiB in all: the heap grew by %d MiB while adding and %d MiB while reading",
			test.name, size>>20, adding>>20, reading>>20)
		if adding > test.most || reading > test.most {
			t.Errorf("%s: want no more than %d MiB", test.name, test.most>>20)
		}
	}
}
