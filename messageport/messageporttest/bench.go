package messageporttest

import (
	"io"
	"sync"
	"testing"

	"github.com/sharednode/sharednode/messageport"
)

// Benchmark measures sessions over a kind of port.
func Benchmark(b *testing.B, pair Pair) {
	b.Run("call", func(b *testing.B) { benchmarkCalls(b, pair, 1) })
	b.Run("call/32 at once", func(b *testing.B) { benchmarkCalls(b, pair, 32) })
	b.Run("upload of 1 KiB", func(b *testing.B) { benchmarkSmallUpload(b, pair) })
	b.Run("down 64 MiB", func(b *testing.B) { benchmarkDown(b, pair, 64<<20) })
	b.Run("up 64 MiB", func(b *testing.B) { benchmarkUp(b, pair, 64<<20) })
}

func benchmarkCalls(b *testing.B, pair Pair, atOnce int) {
	s := start(b, pair, messageport.Limits{})
	ctx := b.Context()
	todo := make(chan struct{}, b.N)
	for range b.N {
		todo <- struct{}{}
	}
	close(todo)
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for range todo {
				var n int
				if err := s.client.Invoke(ctx, "echo", 7, &n); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func benchmarkSmallUpload(b *testing.B, pair Pair) {
	s := start(b, pair, messageport.Limits{})
	data := make([]byte, 1024)
	b.ReportAllocs()
	for b.Loop() {
		call, err := s.client.Call(b.Context(), "drain", nil, messageport.CallOptions{Upload: true})
		if err != nil {
			b.Fatal(err)
		}
		_, _ = call.Write(data)
		_ = call.CloseWrite()
		if err := call.Result(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// piece is how much is written at once: a UnixFS block.
const piece = 256 << 10

func benchmarkDown(b *testing.B, pair Pair, n int64) {
	s := start(b, pair, messageport.Limits{})
	b.SetBytes(n)
	for b.Loop() {
		call, err := s.client.Call(b.Context(), "zeros", n, messageport.CallOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if got, err := drain(call.Next); err != nil || got != n {
			b.Fatalf("got %d bytes, error %v", got, err)
		}
		if err := call.Result(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkUp(b *testing.B, pair Pair, n int64) {
	s := start(b, pair, messageport.Limits{})
	data := make([]byte, piece)
	b.SetBytes(n)
	for b.Loop() {
		call, err := s.client.Call(b.Context(), "drain", nil, messageport.CallOptions{Upload: true})
		if err != nil {
			b.Fatal(err)
		}
		for range n / piece {
			if _, err := call.Write(data); err != nil {
				b.Fatal(err)
			}
		}
		_ = call.CloseWrite()
		var got int64
		if err := call.Result(&got); err != nil || got != n {
			b.Fatalf("the server got %d bytes, error %v", got, err)
		}
	}
}

// drain reads a stream to its end and returns its length.
func drain(next func() (messageport.Chunk, error)) (n int64, err error) {
	for {
		chunk, err := next()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n += int64(len(chunk.Data))
	}
}

// zeros sends as many bytes as asked for.
func zeros(call *messageport.ServerCall) error {
	var n int
	if err := call.Decode(&n); err != nil {
		return err
	}
	data := make([]byte, piece)
	for range n / piece {
		if _, err := call.Write(data); err != nil {
			return err
		}
	}
	return nil
}
