package messageporttest

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

var streamTests = map[string]func(*testing.T, Pair){
	"down":                       testDown,
	"up":                         testUp,
	"both ways":                  testBothWays,
	"items and bytes keep order": testItems,
	"item sizes":                 testItemSizes,
	"client closes first":        testClientClosesFirst,
	"server ends first":          testServerEndsFirst,
	"server closes, then ends":   testServerClosesFirst,
	"error after data":           testErrorAfterData,
	"write after the end":        testWriteAfterEnd,
	"result ends a read":         testResultEndsRead,
	"small frames":               testSmallFrames,
	"empty":                      testEmptyStreams,
}

// streamSize is how much the big streams carry: beyond the largest window.
const streamSize = 6 << 20

func open(t *testing.T, s *session, method string, request any) *messageport.ClientCall {
	t.Helper()
	call, err := s.client.Call(testContext(t), method, request, messageport.CallOptions{Upload: true})
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// download reads a whole stream of the method "source".
func download(t *testing.T, s *session, n int) {
	call, err := s.client.Call(testContext(t), "source", n, messageport.CallOptions{})
	if err != nil {
		t.Error(err)
		return
	}
	if got, err := io.Copy(newPattern(), call); err != nil || got != int64(n) {
		t.Errorf("got %d bytes, error %v; want %d", got, err, n)
	}
	if err := call.Result(nil); err != nil {
		t.Error(err)
	}
}

// upload sends a whole stream to the method "sink".
func upload(t *testing.T, s *session, n int) {
	call, err := s.client.Call(testContext(t), "sink", nil, messageport.CallOptions{Upload: true})
	if err != nil {
		t.Error(err)
		return
	}
	p := newPattern()
	for left := n; left > 0; {
		m, err := call.Write(p.next(min(left, 300_000)))
		if err != nil {
			t.Error(err)
			return
		}
		left -= m
	}
	if err := call.CloseWrite(); err != nil {
		t.Error(err)
	}
	var got int
	if err := call.Result(&got); err != nil || got != n {
		t.Errorf("the server got %d bytes, error %v; want %d", got, err, n)
	}
}

func testDown(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for _, n := range []int{0, 1, 32755, 32756, 32757, 262131, 262132, 262133, 1<<20 + 1} {
		download(t, s, n)
	}
	download(t, s, streamSize)
	s.idle(t)
}

func testUp(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for _, n := range []int{0, 1, 32755, 32756, 32757, 262131, 262132, 262133, 1<<20 + 1} {
		upload(t, s, n)
	}
	upload(t, s, streamSize)
	s.idle(t)
}

func testBothWays(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call := open(t, s, "mirror", nil)
	n := streamSize
	written := make(chan error, 1)
	go func() {
		p := newPattern()
		for left := n; left > 0; {
			m, err := call.Write(p.next(min(left, 100_000)))
			if err != nil {
				written <- err
				return
			}
			left -= m
		}
		written <- call.CloseWrite()
	}()
	if got, err := io.Copy(newPattern(), call); err != nil || got != int64(n) {
		t.Errorf("got %d bytes, error %v; want %d", got, err, n)
	}
	if err := receive(t, written, "the writer"); err != nil {
		t.Error(err)
	}
	if err := call.Result(nil); err != nil {
		t.Error(err)
	}
	s.idle(t)
}

func testItems(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call := open(t, s, "mirror", nil)
	go func() {
		for i := range 100 {
			_ = call.WriteItem(i)
			_, _ = call.Write([]byte{byte(i), byte(i)})
		}
		_ = call.CloseWrite()
	}()
	for i := range 100 {
		chunk, err := call.Next()
		if err != nil || !chunk.Item {
			t.Fatalf("item %d: got %+v, error %v", i, chunk, err)
		}
		var n int
		if err := chunk.Decode(&n); err != nil || n != i {
			t.Fatalf("item %d: got %d, error %v", i, n, err)
		}
		data, err := io.ReadAll(call) // up to the next item
		if err != nil || len(data) != 2 || data[0] != byte(i) {
			t.Fatalf("after item %d: got %x, error %v", i, data, err)
		}
	}
	if chunk, err := call.Next(); err != io.EOF {
		t.Errorf("got %+v, error %v; want io.EOF", chunk, err)
	}
}

func testItemSizes(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{Window: messageport.MinWindow, MaxWindow: messageport.MinWindow})
	call := open(t, s, "mirror", nil)
	// A text of n bytes takes 3 bytes more.
	wantCode(t, call.WriteItem(string(make([]byte, messageport.MaxItem-2))), messageport.CodeFrameTooLarge)
	const items = 10
	go func() {
		for range items {
			_ = call.WriteItem(string(make([]byte, messageport.MaxItem-3)))
		}
		_ = call.CloseWrite()
	}()
	for range items {
		if chunk, err := call.Next(); err != nil || len(chunk.Data) != messageport.MaxItem {
			t.Fatalf("got %d bytes, error %v", len(chunk.Data), err)
		}
	}
	if err := call.Result(nil); err != nil {
		t.Error(err)
	}
}

func testClientClosesFirst(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call := open(t, s, "source", 1<<20)
	if err := call.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := call.Write([]byte("more")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Write after CloseWrite: got %v; want io.ErrClosedPipe", err)
	}
	if n, err := io.Copy(newPattern(), call); err != nil || n != 1<<20 {
		t.Errorf("the other direction: got %d bytes, error %v", n, err)
	}
}

func testServerEndsFirst(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call := open(t, s, "echo", "done")
	var got string
	if err := call.Result(&got); err != nil || got != "done" {
		t.Fatalf("got %q, error %v", got, err)
	}
	if _, err := call.Write([]byte("too late")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Write after the call's end: got %v; want io.ErrClosedPipe", err)
	}
	s.works(t)
	s.idle(t)
}

func testServerClosesFirst(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	client, done := serveFunc(t, a, b, func(call *messageport.ServerCall) (any, error) {
		if _, err := call.Write([]byte("down")); err != nil {
			return nil, err
		}
		if err := call.CloseWrite(); err != nil {
			return nil, err
		}
		if _, err := call.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			return nil, fmt.Errorf("Write after CloseWrite: %w", err)
		}
		data, err := io.ReadAll(call)
		return string(data), err
	})
	defer done()
	call, err := client.Call(ctx, "m", nil, messageport.CallOptions{Upload: true})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(call); err != nil || string(data) != "down" {
		t.Fatalf("got %q, error %v", data, err)
	}
	// The server's stream is at its end, the call is not.
	if _, err := call.Write([]byte("up")); err != nil {
		t.Fatal(err)
	}
	if err := call.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := call.Result(&got); err != nil || got != "up" {
		t.Errorf("got %q, error %v", got, err)
	}
}

func testErrorAfterData(t *testing.T, pair Pair) {
	a, b := pair(t)
	client, done := serveFunc(t, a, b, func(call *messageport.ServerCall) (any, error) {
		if _, err := call.Write([]byte("half")); err != nil {
			return nil, err
		}
		return nil, &codedError{"broke-off"}
	})
	defer done()
	call, err := client.Call(testContext(t), "m", nil, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(call)
	if string(data) != "half" {
		t.Errorf("got %q; want what was sent before the error", data)
	}
	wantCode(t, err, "broke-off")
	wantCode(t, call.Result(nil), "broke-off")
}

func testWriteAfterEnd(t *testing.T, pair Pair) {
	a, b := pair(t)
	leaked := make(chan *messageport.ServerCall, 1)
	client, done := serveFunc(t, a, b, func(call *messageport.ServerCall) (any, error) {
		leaked <- call
		return nil, nil
	})
	defer done()
	if err := client.Invoke(testContext(t), "m", nil, nil); err != nil {
		t.Fatal(err)
	}
	call := <-leaked
	if _, err := call.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Write: got %v; want io.ErrClosedPipe", err)
	}
	if err := call.WriteItem(1); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("WriteItem: got %v; want io.ErrClosedPipe", err)
	}
	if _, err := call.Next(); err != io.EOF {
		t.Errorf("Next: got %v; want io.EOF", err)
	}
	if err := client.Invoke(testContext(t), "m", nil, nil); err != nil {
		t.Error(err)
	}
}

func testSmallFrames(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call := open(t, s, "mirror", nil)
	const n = 5000
	go func() {
		p := newPattern()
		for range n {
			_, _ = call.Write(p.next(1))
		}
		_ = call.CloseWrite()
	}()
	if got, err := io.Copy(newPattern(), call); err != nil || got != n {
		t.Errorf("got %d bytes, error %v; want %d", got, err, n)
	}
}

func testEmptyStreams(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call := open(t, s, "mirror", nil)
	if n, err := call.Write(nil); n != 0 || err != nil {
		t.Errorf("Write of nothing: got %d, error %v", n, err)
	}
	if err := call.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := call.CloseWrite(); err != nil {
		t.Errorf("CloseWrite again: %v", err)
	}
	if chunk, err := call.Next(); err != io.EOF {
		t.Errorf("got %+v, error %v; want io.EOF", chunk, err)
	}
	if n, err := call.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("Read: got %d, error %v; want io.EOF", n, err)
	}
}

// testResultEndsRead drops a stream that another goroutine waits for.
func testResultEndsRead(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call := open(t, s, "mirror", nil)
	read := make(chan error, 1)
	go func() {
		_, err := call.Read(make([]byte, 1))
		read <- err
	}()
	time.Sleep(5 * time.Millisecond)
	result := make(chan error, 1)
	go func() { result <- call.Result(nil) }()
	if err := receive(t, read, "the reader"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a Read that waits: got %v; want io.ErrClosedPipe", err)
	}
	if _, err := call.Next(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Next: got %v; want io.ErrClosedPipe", err)
	}
	if _, err := call.Write(make([]byte, 1<<20)); err != nil { // which is sent back, and dropped
		t.Error(err)
	}
	if err := call.CloseWrite(); err != nil {
		t.Error(err)
	}
	if err := receive(t, result, "the result"); err != nil {
		t.Error(err)
	}
}
