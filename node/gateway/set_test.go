package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/gateway"
)

func cidOf(t testing.TB, data []byte) cid.Cid {
	t.Helper()
	c, err := cid.V1Builder{Codec: cid.Raw, MhType: multihash.SHA2_256}.Sum(data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func verify(_ context.Context, c cid.Cid, data []byte) error {
	got, err := c.Prefix().Sum(data)
	if err == nil && !got.Equals(c) {
		err = &nodeapi.Error{Code: nodeapi.CodeInvalidBlock, Message: "it is another block"}
	}
	return err
}

// serve starts a gateway whose answers are handle's, and counts them.
func serve(t testing.TB, handle http.HandlerFunc) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

// good has one block.
func good(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("format") != "raw" || r.Header.Get("Accept") != "application/vnd.ipld.raw" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = w.Write(data)
	}
}

func newSet(t testing.TB, urls ...string) (*gateway.Set, *blames) {
	t.Helper()
	b := &blames{}
	s := gateway.New(gateway.Config{Verify: verify, Blamed: b.add})
	for _, text := range urls {
		url, err := gateway.Check(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Add(url)
	}
	return s, b
}

type blames struct {
	mu   sync.Mutex // guards following
	urls []string
}

func (b *blames) add(url string, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.urls = append(b.urls, url)
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// A gateway that is bad in whatever way costs time and nothing else, and is left
// alone from then on.
func TestBadGateways(t *testing.T) {
	data := bytes.Repeat([]byte("data"), 1000)
	c := cidOf(t, data)
	for name, handle := range map[string]http.HandlerFunc{
		"lies":       func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(append([]byte("x"), data[1:]...)) },
		"is short":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data[:10]) },
		"is empty":   func(http.ResponseWriter, *http.Request) {},
		"fails":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"is busy":    func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "60"); w.WriteHeader(429) },
		"redirects":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) },
		"is endless": func(w http.ResponseWriter, r *http.Request) { endless(w, r) },
		"hangs":      func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"hangs up":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad, askedBad := serve(t, handle)
			url, _ := serve(t, good(data))
			s, blamed := newSet(t, bad, url)
			for range 3 {
				got, err := s.Get(within(t, 20*time.Second), c)
				if err != nil || !bytes.Equal(got, data) {
					t.Fatalf("got %d bytes, %v; want %d", len(got), err, len(data))
				}
			}
			if n := askedBad.Load(); n > 1 && name != "hangs" {
				t.Errorf("it was asked %d times; want once", n)
			}
			blamed.mu.Lock()
			defer blamed.mu.Unlock()
			lies := name == "lies" || name == "is short" || name == "is empty"
			if (len(blamed.urls) > 0) != lies {
				t.Errorf("blamed %q", blamed.urls)
			}
		})
	}
}

// endless writes until nobody reads.
func endless(w http.ResponseWriter, r *http.Request) {
	chunk := make([]byte, 64<<10)
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// Who asks for what a gateway cannot give takes nothing from those who ask for what
// it has.
func TestNoOnesFault(t *testing.T) {
	data := []byte("data")
	c := cidOf(t, data)
	large := cidOf(t, make([]byte, gateway.MaxBlock+1))
	for what, answer := range map[string]http.HandlerFunc{
		"a block that is too large": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, gateway.MaxBlock+1)) },
		"a search in vain":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGatewayTimeout) },
	} {
		url, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, c.String()) {
				good(data)(w, r)
			} else {
				answer(w, r)
			}
		})
		s, _ := newSet(t, url)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = s.Get(ctx, large)
		}()
		for asked.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		for range 100 { // before the answer has come, and after
			if _, err := s.Get(within(t, time.Second), c); err != nil {
				t.Fatalf("beside %s: %v", what, err)
			}
		}
		cancel()
		<-done
	}
}

// A gateway that fails once is asked again soon, and not only when others would be
// that have nothing.
func TestSoonAgain(t *testing.T) {
	data := []byte("data")
	var failed atomic.Bool
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if failed.CompareAndSwap(false, true) {
			w.WriteHeader(500)
			return
		}
		good(data)(w, r)
	})
	s, _ := newSet(t, url)
	if _, err := s.Get(within(t, 10*time.Second), cidOf(t, data)); err != nil {
		t.Error(err)
	}
}

// A gateway that does not have a block is none the worse for it.
func TestMissing(t *testing.T) {
	data := []byte("data")
	empty, asked := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	url, _ := serve(t, good(data))
	s, _ := newSet(t, empty, url+"/")
	for range 3 {
		if _, err := s.Get(within(t, 20*time.Second), cidOf(t, data)); err != nil {
			t.Fatal(err)
		}
	}
	if asked.Load() == 0 {
		t.Error("it was never asked")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Get(ctx, cidOf(t, []byte("other"))); err != context.Canceled {
		t.Errorf("got %v; want what ended it", err)
	}
}

// Whoever waits for what no gateway has is given it by one that is added.
func TestAddWhileWaiting(t *testing.T) {
	data := []byte("data")
	empty, asked := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	url, _ := serve(t, good(data))
	s, _ := newSet(t, empty)
	got := make(chan error, 1)
	go func() {
		_, err := s.Get(within(t, 20*time.Second), cidOf(t, data))
		got <- err
	}()
	for asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	s.Add(url)
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// However much is wanted at once, a gateway is asked for little.
func TestBounds(t *testing.T) {
	var now, most atomic.Int64
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		time.Sleep(5 * time.Millisecond)
		_, text, _ := strings.Cut(r.URL.Path, "/ipfs/")
		_, _ = w.Write(blocks[text])
	})
	s, _ := newSet(t, url)
	var wg sync.WaitGroup
	for i := range 64 {
		c := cidOf(t, fmt.Appendf(nil, "block %d", i))
		wg.Go(func() {
			if _, err := s.Get(within(t, 20*time.Second), c); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if m := most.Load(); m > 6 {
		t.Errorf("it was asked %d times at once; want 6 at most", m)
	}
}

var blocks = func() map[string][]byte {
	all := map[string][]byte{}
	for i := range 64 {
		data := fmt.Appendf(nil, "block %d", i)
		c, _ := cid.V1Builder{Codec: cid.Raw, MhType: multihash.SHA2_256}.Sum(data)
		all[c.String()] = data
	}
	return all
}()
