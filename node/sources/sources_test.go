package sources_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/sources"
)

var (
	block  = []byte("block")
	prefix = cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}
)

func cidOf(t *testing.T, data []byte) cid.Cid {
	t.Helper()
	c, err := prefix.Sum(data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func verify(_ context.Context, c cid.Cid, data []byte) error {
	if got, err := c.Prefix().Sum(data); err != nil || got != c {
		return errors.New("wrong")
	}
	return nil
}

func giving(data []byte, found bool) nodeapi.BlockSource {
	return func(context.Context, cid.Cid) ([]byte, bool, error) { return data, found, nil }
}

func hanging(ctx context.Context, _ cid.Cid) ([]byte, bool, error) {
	<-ctx.Done()
	return nil, false, ctx.Err()
}

func add(t *testing.T, s *sources.Set, ask nodeapi.BlockSource) (<-chan error, func()) {
	t.Helper()
	ended, remove, err := s.Add(ask)
	if err != nil {
		t.Fatal(err)
	}
	return ended, remove
}

// TestGet wants the block of whoever has it, and no more waiting than for that.
func TestGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sources.New(verify)
		c := cidOf(t, block)
		if _, ok := s.Get(t.Context(), c); ok {
			t.Error("got a block of nobody")
		}
		add(t, s, giving(nil, false))
		add(t, s, giving([]byte("wrong"), true))
		add(t, s, hanging)
		_, remove := add(t, s, giving(block, true))
		began := time.Now()
		if data, ok := s.Get(t.Context(), c); !ok || string(data) != "block" {
			t.Errorf("got %q, %v", data, ok)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("one that hangs was waited for, %s", took)
		}
		remove()
		if _, ok := s.Get(t.Context(), c); ok {
			t.Error("got a block of who was removed")
		}
		if took := time.Since(began); took != sources.Patience {
			t.Errorf("waited for %s; want %s", took, sources.Patience)
		}
		if data, ok := s.Get(t.Context(), cidOf(t, nil)); ok {
			t.Errorf("got %q for the empty block", data)
		}
		add(t, s, giving(nil, true))
		if data, ok := s.Get(t.Context(), cidOf(t, nil)); !ok || len(data) != 0 {
			t.Errorf("got %q, %v for the empty block", data, ok)
		}
	})
}

// TestWrongBlocksEndASource wants it told, once, and asked no more.
func TestWrongBlocksEndASource(t *testing.T) {
	s := sources.New(verify)
	asked := 0
	ended, _ := add(t, s, func(context.Context, cid.Cid) ([]byte, bool, error) {
		asked++
		return []byte("wrong"), true, nil
	})
	for range 10 {
		if _, ok := s.Get(t.Context(), cidOf(t, block)); ok {
			t.Fatal("got a wrong block")
		}
	}
	if asked != 3 || s.Len() != 0 {
		t.Errorf("asked %d times; want 3; there are %d sources", asked, s.Len())
	}
	select {
	case err := <-ended:
		if nodeapi.CodeOf(err) != nodeapi.CodeInvalidBlock {
			t.Errorf("got %v", err)
		}
	default:
		t.Error("it was not told")
	}
}

// TestPatienceRunsOut: a source that hangs holds up each block less.
func TestPatienceRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sources.New(verify)
		add(t, s, hanging)
		began := time.Now()
		for range 100 {
			s.Get(t.Context(), cidOf(t, block))
		}
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("it was waited for %s", took)
		}
	})
}

func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sources.New(verify)
		for range sources.MaxSources {
			add(t, s, giving(nil, false))
		}
		_, _, err := s.Add(giving(nil, false))
		if nodeapi.CodeOf(err) != nodeapi.CodeTooManyStreams {
			t.Errorf("got %v", err)
		}

		s = sources.New(verify)
		asked := 0
		release := make(chan struct{})
		add(t, s, func(ctx context.Context, _ cid.Cid) ([]byte, bool, error) {
			asked++
			<-release
			return nil, false, nil
		})
		for range 200 {
			go s.Get(t.Context(), cidOf(t, block))
			synctest.Wait()
		}
		if asked != 64 {
			t.Errorf("asked for %d blocks at a time; want 64", asked)
		}
		close(release)
		synctest.Wait()
	})
}
