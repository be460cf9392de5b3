package node_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

const randomQuota = 60_000

// An originModel is what an origin should have.
type originModel struct {
	origin string
	pins   map[cid.Cid]bool
	files  map[string]string
}

func newOriginModel(origin string) *originModel {
	return &originModel{origin: origin, pins: map[cid.Cid]bool{}, files: map[string]string{}}
}

// step does something at random, and has the model follow if it was done. Contents
// are few, so that the blocks of one are those of others.
func (m *originModel) step(t *testing.T, n *node.Node, r *rand.Rand, known []cid.Cid) string {
	t.Helper()
	ctx := onAccount(t.Context(), m.origin, randomQuota)
	content := strings.Repeat(string("abcdef"[r.IntN(6)]), 1+r.IntN(3)*2000)
	name := string("xyz"[r.IntN(3)])
	c := known[r.IntN(len(known))]
	var err error
	var text string
	switch r.IntN(7) {
	case 0, 1:
		text = "add"
		var added []nodeapi.Added
		added, err = tryAdd(ctx, n, nodeapi.AddOptions{Chunker: "size-500"}, source(file("", []byte(content))))
		if err == nil {
			m.pins[added[0].Cid] = true
		}
	case 2:
		text = "put"
		_, err = n.BlockPut(ctx, []byte(content+"unpinned"), nodeapi.BlockPutOptions{})
	case 3:
		text = "pin " + c.String()
		if _, err = n.PinAdd(nodeapi.WithOffline(ctx), nodeapi.PinAddRequest{Path: c.String()}); err == nil {
			m.pins[c] = true
		}
	case 4:
		text = "unpin " + c.String()
		_, err = n.PinRemove(ctx, nodeapi.PinRemoveRequest{Path: c.String()})
		if (err == nil) != m.pins[c] {
			t.Errorf("%q: %s: got %v; in the model it is pinned: %v", m.origin, text, err, m.pins[c])
		}
		delete(m.pins, c)
	case 5:
		text = "write " + name
		err = n.FilesWrite(ctx, strings.NewReader(content), nodeapi.FilesWriteRequest{Path: directoryFor(m.origin) + "/" + name, Create: true, Parents: true, Truncate: true})
		if err == nil {
			m.files[name] = content
		}
	case 6:
		text = "rm " + name
		err = n.FilesRemove(ctx, nodeapi.FilesRemoveRequest{Paths: []string{directoryFor(m.origin) + "/" + name}})
		if _, there := m.files[name]; (err == nil) != there {
			t.Errorf("%q: %s: got %v; in the model it is there: %v", m.origin, text, err, there)
		}
		delete(m.files, name)
	}
	switch nodeapi.CodeOf(err) {
	case "", nodeapi.CodeNotFound, nodeapi.CodeNotPinned, nodeapi.CodeNoLink:
	case nodeapi.CodeQuotaExceeded:
		if m.origin == "" {
			t.Errorf("the node's own: %s: %v", text, err)
		}
	default:
		t.Errorf("%q: %s: %v", m.origin, text, err)
	}
	return fmt.Sprintf("%q: %s: %v", m.origin, text, err)
}

// check compares what is there with the model.
func (m *originModel) check(t *testing.T, n *node.Node) {
	t.Helper()
	var want []string
	for c := range m.pins {
		want = append(want, c.String()+" recursive")
	}
	slices.Sort(want)
	if got := pinnedFor(t, n, m.origin); !slices.Equal(got, want) {
		t.Fatalf("%q has pinned %q; want %q", m.origin, got, want)
	}
	for c := range m.pins {
		must1(n.DAGStat(t.Context(), []string{c.String()}))
	}
	for name, content := range m.files {
		if got := string(readFile(t, n, directoryFor(m.origin)+"/"+name)); got != content {
			t.Fatalf("%q: the file %s has %d bytes; want %d", m.origin, name, len(got), len(content))
		}
	}
	if m.origin == "" {
		return
	}
	if accounted, kept := used(t, n, m.origin), fresh(t, n, m.origin); accounted < kept || accounted > randomQuota+2*4096 {
		t.Fatalf("%q: %d bytes are accounted; a fresh count says %d", m.origin, accounted, kept)
	}
}

// checkCounted wants no more to be accounted than there is.
func (m *originModel) checkCounted(t *testing.T, n *node.Node) {
	t.Helper()
	m.check(t, n)
	if m.origin == "" {
		return
	}
	if accounted, kept := used(t, n, m.origin), fresh(t, n, m.origin); accounted != kept {
		t.Fatalf("%q: %d bytes are accounted after a collection; a fresh count says %d", m.origin, accounted, kept)
	}
}

// knownCIDs are those that origins add, made by a node of their own, and one that
// nobody has.
func knownCIDs(t *testing.T) []cid.Cid {
	n := newNode(t, newConfig())
	known := []cid.Cid{cidOf(t, []byte("nobody has this"), cid.Raw, 0x12)}
	for _, letter := range "abcdef" {
		for i := range 3 {
			known = append(known, addFile(t, n, nodeapi.AddOptions{Chunker: "size-500"}, []byte(strings.Repeat(string(letter), 1+i*2000))))
		}
	}
	return known
}

// TestOriginsAtRandom has several origins and the node itself do things at random,
// with collections, crashes and restarts in between, and compares with a model.
func TestOriginsAtRandom(t *testing.T) {
	known := knownCIDs(t)
	seeds := 6
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			cfg := newConfig()
			if seed%2 == 1 {
				cfg = plainConfig()
			}
			n := newNode(t, cfg)
			models := []*originModel{newOriginModel(""), newOriginModel(originA), newOriginModel(originB)}
			var done []string
			defer func() {
				if t.Failed() {
					t.Log(strings.Join(done, "\n"))
				}
			}()
			for i := range 100 {
				switch r.IntN(25) {
				case 0:
					done = append(done, "collect")
					gc(t, n)
					for _, m := range models {
						m.checkCounted(t, n)
					}
				case 1:
					done = append(done, "crash")
					n = crashed(t, cfg)
				case 2:
					done = append(done, "restart")
					must(t, n.Close())
					n = crashed(t, cfg)
				default:
					m := models[r.IntN(len(models))]
					done = append(done, m.step(t, n, r, known))
					m.check(t, n)
				}
				if i%10 == 9 {
					for _, m := range models {
						m.check(t, n)
					}
				}
			}
		})
	}
}

// TestOriginsAtOnce has each origin do things at random beside the others, with
// collections all the time.
func TestOriginsAtOnce(t *testing.T) {
	known := knownCIDs(t)
	eachStore(t, func(t *testing.T, cfg node.Config) {
		cfg.Blockstore = jittery{cfg.Blockstore}
		n := newNode(t, cfg)
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		var wg sync.WaitGroup
		wg.Go(func() {
			for ctx.Err() == nil {
				gc(t, n)
			}
		})
		models := []*originModel{newOriginModel(""), newOriginModel(originA), newOriginModel(originB)}
		for i, m := range models {
			wg.Go(func() {
				for r := rand.New(rand.NewPCG(uint64(i), 8)); ctx.Err() == nil; {
					m.step(t, n, r, known)
				}
			})
		}
		wg.Wait()
		for _, m := range models {
			m.check(t, n)
		}
		gc(t, n)
		for _, m := range models {
			m.checkCounted(t, n)
		}
	})
}
