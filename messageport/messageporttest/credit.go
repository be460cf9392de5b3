package messageporttest

import (
	"io"
	"sync"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

var creditTests = map[string]func(*testing.T, Pair){
	"unread stream stops its writer":  testBackpressure,
	"unread stream stops nobody else": testStalledStreams,
	"many at once":                    testManyStreams,
	"Result drops what is left":       testResultDrops,
}

func testResultDrops(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for _, pause := range []time.Duration{0, 20 * time.Millisecond} {
		call, err := s.client.Call(testContext(t), "source", 3<<20, messageport.CallOptions{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(pause) // for the window to fill
		if err := call.Result(nil); err != nil {
			t.Error(err)
		}
	}
	s.works(t)
}

// testBackpressure checks that a stream which nobody reads costs its window and
// no more.
func testBackpressure(t *testing.T, pair Pair) {
	const window = 100_000
	s := start(t, pair, messageport.Limits{Window: window})
	call, err := s.client.Call(testContext(t), "source", 10<<20, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for s.server.Stats().Sent < window/2 {
		time.Sleep(time.Millisecond)
	}
	for range 20 {
		time.Sleep(time.Millisecond)
		s.works(t)
	}
	// Besides the stream there went the answers of the calls above.
	if sent := s.server.Stats().Sent; sent > window+10_000 {
		t.Errorf("%d bytes were sent to a reader that does not read; its window is %d", sent, window)
	}
	if n, err := io.Copy(newPattern(), call); err != nil || n != 10<<20 {
		t.Errorf("then got %d bytes, error %v", n, err)
	}
}

// testStalledStreams checks that streams which nobody reads hold up no other.
func testStalledStreams(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	var stalled []*messageport.ClientCall
	for range 8 {
		call, err := s.client.Call(testContext(t), "source", 10<<20, messageport.CallOptions{})
		if err != nil {
			t.Fatal(err)
		}
		stalled = append(stalled, call)
	}
	download(t, s, 4<<20)
	upload(t, s, 4<<20)
	for _, call := range stalled {
		call.Cancel(nil)
		wantCode(t, call.Result(nil), messageport.CodeCanceled)
	}
	s.idle(t)
}

func testManyStreams(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	n := streamSize / 16
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { download(t, s, n) })
		wg.Go(func() { upload(t, s, n) })
	}
	wg.Wait()
	s.idle(t)
}
