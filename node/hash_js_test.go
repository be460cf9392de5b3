package node

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"sync"
	"syscall/js"
	"testing"

	"github.com/multiformats/go-multihash"
)

// TestWebCrypto wants the hashes that Go makes, for sizes on both sides of where
// WebCrypto takes over, one by one and many at a time.
func TestWebCrypto(t *testing.T) {
	hasher, release := platformHasher()
	defer release()
	if _, is := hasher.(*webCrypto); !is {
		t.Fatalf("the platform's hasher is a %T; want WebCrypto", hasher)
	}
	var all sync.WaitGroup
	for _, code := range []uint64{multihash.SHA2_256, multihash.SHA2_512, multihash.BLAKE2B_MIN + 31, multihash.SHA1} {
		for _, size := range []int{0, 1, webCryptoLeast - 1, webCryptoLeast, 100_000, 1 << 20, maxBlockSize, maxBlockSize + 1} {
			data := bytes.Repeat([]byte{byte(size), 1, 2}, size)[:size]
			want, err := multihash.Sum(data, code, -1)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				all.Go(func() {
					got, err := hasher.Sum(context.Background(), code, data)
					if err != nil || !bytes.Equal(got, want) {
						t.Errorf("code %x, %d bytes: got %x, %v; want %x", code, size, got, err, want)
					}
				})
			}
		}
	}
	all.Wait()
}

// TestWebCryptoFull wants a hash that waits for its turn to end with its context.
func TestWebCryptoFull(t *testing.T) {
	h := newWebCrypto(js.Global().Get("crypto").Get("subtle"))
	calls := make([]*digestCall, 0, webCryptoInFlight)
	for range webCryptoInFlight {
		calls = append(calls, <-h.idle)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.Sum(ctx, multihash.SHA2_256, make([]byte, 1<<20)); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v; want that of the context", err)
	}
	for _, c := range calls {
		h.idle <- c
	}
	h.release()
}

func BenchmarkHash(b *testing.B) {
	web, release := platformHasher()
	defer release()
	for name, hasher := range map[string]Hasher{"WebCrypto": web, "Go": goHasher{}} {
		for _, size := range []int{1 << 10, 4 << 10, 16 << 10, 256 << 10, 1 << 20} {
			b.Run(name+" "+strconv.Itoa(size), func(b *testing.B) {
				data := make([]byte, size)
				b.SetBytes(int64(size))
				for b.Loop() {
					if _, err := hasher.Sum(context.Background(), multihash.SHA2_256, data); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
