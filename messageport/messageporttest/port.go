package messageporttest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

var portTests = map[string]func(*testing.T, Pair){
	"order":                      testOrder,
	"sizes":                      testSizes,
	"Send does not keep":         testSendDoesNotKeep,
	"Receive gives away":         testReceiveGivesAway,
	"Receive ends with ctx":      testReceiveEndsWithContext,
	"Close ends Receive":         testCloseEndsReceive,
	"after Close":                testAfterClose,
	"both directions at once":    testBothDirections,
	"Post and Send keep order":   testPostAndSend,
	"Close while others proceed": testCloseWhileSending,
}

func testOrder(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	const n = 1000
	go func() {
		for i := range n {
			_ = a.Send(ctx, []byte{byte(i), byte(i >> 8)})
		}
	}()
	for i := range n {
		got, err := b.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if want := []byte{byte(i), byte(i >> 8)}; !bytes.Equal(got, want) {
			t.Fatalf("message %d: got %x; want %x: messages come in order, each once", i, got, want)
		}
	}
}

func testSizes(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	for _, n := range []int{1, 11, 12, 13, 1023, 64 << 10, 64<<10 + 1, 1 << 20, messageport.MaxMessage} {
		sent := make(chan error, 1)
		go func() { sent <- a.Send(ctx, newPattern().next(n)) }()
		got, err := b.Receive(ctx)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if _, err := newPattern().Write(got); err != nil || len(got) != n {
			t.Fatalf("%d bytes: got %d, error %v", n, len(got), err)
		}
		if err := <-sent; err != nil {
			t.Fatalf("%d bytes: Send: %v", n, err)
		}
	}
}

func testSendDoesNotKeep(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	msg := []byte("as it was sent")
	sent := make(chan error, 1)
	go func() {
		err := a.Send(ctx, msg)
		copy(msg, "changed after.")
		sent <- err
	}()
	if err := receive(t, sent, "Send"); err != nil {
		t.Fatal(err)
	}
	got, err := b.Receive(ctx)
	if err != nil || string(got) != "as it was sent" {
		t.Errorf("got %q, error %v: Send does not keep its argument", got, err)
	}
}

func testReceiveGivesAway(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	first, second := []byte("first"), []byte("other")
	go func() {
		_ = a.Send(ctx, first)
		_ = a.Send(ctx, second)
	}()
	got, err := b.Receive(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Receive(ctx); err != nil {
		t.Fatal(err)
	}
	if string(got) != "first" {
		t.Errorf("got %q after the next Receive: a received message is the caller's", got)
	}
}

func testReceiveEndsWithContext(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx, cancel := context.WithCancel(testContext(t))
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := b.Receive(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v; want the context's error", err)
	}
	// The port goes on.
	go func() { _ = a.Send(testContext(t), []byte("later")) }()
	if got, err := b.Receive(testContext(t)); err != nil || string(got) != "later" {
		t.Errorf("got %q, error %v after a Receive that was given up", got, err)
	}
}

func testCloseEndsReceive(t *testing.T, pair Pair) {
	_, b := pair(t)
	result := make(chan error, 1)
	go func() {
		_, err := b.Receive(testContext(t))
		result <- err
	}()
	time.Sleep(time.Millisecond)
	_ = b.Close()
	if err := receive(t, result, "Receive"); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("got %v; want ErrClosed", err)
	}
}

func testAfterClose(t *testing.T, pair Pair) {
	a, b := pair(t)
	for range 2 {
		if err := a.Close(); err != nil {
			t.Errorf("Close: %v; want nil, again too", err)
		}
	}
	if err := a.Send(testContext(t), []byte("x")); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("Send: got %v; want ErrClosed", err)
	}
	for range 2 {
		if _, err := a.Receive(testContext(t)); !errors.Is(err, messageport.ErrClosed) {
			t.Errorf("Receive: got %v; want ErrClosed", err)
		}
	}
	_ = b.Close()
}

func testBothDirections(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	const n = 200
	done := make(chan error, 2)
	pump := func(from, to messageport.Port) {
		go func() {
			for range n {
				_ = from.Send(ctx, make([]byte, 5000))
			}
		}()
		go func() {
			var err error
			for range n {
				if _, err = to.Receive(ctx); err != nil {
					break
				}
			}
			done <- err
		}()
	}
	pump(a, b)
	pump(b, a)
	for range 2 {
		if err := receive(t, done, "a direction"); err != nil {
			t.Error(err)
		}
	}
}

func testPostAndSend(t *testing.T, pair Pair) {
	a, b := pair(t)
	poster, ok := a.(messageport.Poster)
	if !ok {
		t.Log("not a Poster")
		return
	}
	ctx := testContext(t)
	for i := range 100 {
		send := func(msg []byte) error { return a.Send(ctx, msg) }
		if i%2 == 0 {
			send = poster.Post
		}
		if err := send([]byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 {
		got, err := b.Receive(ctx)
		if err != nil || got[0] != byte(i) {
			t.Fatalf("message %d: got %x, error %v", i, got, err)
		}
	}
	_ = a.Close()
	if err := poster.Post([]byte("x")); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("Post after Close: got %v; want ErrClosed", err)
	}
}

func testCloseWhileSending(t *testing.T, pair Pair) {
	a, b := pair(t)
	stopped := make(chan error, 1)
	go func() {
		for {
			if err := a.Send(testContext(t), make([]byte, 1000)); err != nil {
				stopped <- err
				return
			}
			time.Sleep(10 * time.Microsecond)
		}
	}()
	if _, err := b.Receive(testContext(t)); err != nil {
		t.Fatal(err)
	}
	_ = a.Close()
	if err := receive(t, stopped, "Send to end"); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("got %v; want ErrClosed", err)
	}
}
