package client_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

func openBench(b *testing.B) *client.Client {
	b.Helper()
	s := server.New(server.Config{Backend: &servertest.Backend{}})
	port, _ := servertest.Connect(b.Context(), s)
	c, err := client.Open(b.Context(), port, client.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Shutdown(context.Background()) })
	return c
}

// BenchmarkUnary is a round trip of the smallest call there is.
func BenchmarkUnary(b *testing.B) {
	c := openBench(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.IsOnline(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnary32AtATime(b *testing.B) {
	c := openBench(b)
	b.ReportAllocs()
	var wg sync.WaitGroup
	left := make(chan struct{}, 32)
	for range 32 {
		wg.Go(func() {
			for range left {
				if _, err := c.IsOnline(b.Context()); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for b.Loop() {
		left <- struct{}{}
	}
	close(left)
	wg.Wait()
}

func BenchmarkBlockPutGet256KiB(b *testing.B) {
	c, data := openBench(b), pattern(256<<10)
	b.SetBytes(2 * int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		stat, err := c.Block().Put(b.Context(), data, nodeapi.BlockPutOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Block().Get(b.Context(), stat.Cid); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdd16MiB(b *testing.B) {
	c, data := openBench(b), pattern(16<<20)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Add(b.Context(), bytes.NewReader(data), nodeapi.AddOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCat16MiB(b *testing.B) {
	c, data := openBench(b), pattern(16<<20)
	added, err := c.Add(b.Context(), bytes.NewReader(data), nodeapi.AddOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := c.Cat(b.Context(), added.Cid.String(), client.CatOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		_ = r.Close()
	}
}
