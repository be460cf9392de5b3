package weblock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/weblock"
)

func TestHoldExcludes(t *testing.T) {
	release, err := weblock.Hold(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := weblock.Hold(ctx, t.Name()); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Hold of a held lock: got %v; want the context's error", err)
	}

	gone := make(chan error, 1)
	go func() { gone <- weblock.Wait(t.Context(), t.Name()) }()
	select {
	case err := <-gone:
		t.Fatalf("Wait returned %v while the lock was held", err)
	case <-time.After(20 * time.Millisecond):
	}
	release()
	release() // a second time does nothing
	if err := <-gone; err != nil {
		t.Fatalf("Wait after release: %v", err)
	}

	again, err := weblock.Hold(t.Context(), t.Name())
	if err != nil {
		t.Fatalf("Hold after release: %v", err)
	}
	again()
}

func TestCanceledRequestLeavesNothingQueued(t *testing.T) {
	release, err := weblock.Hold(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if _, err := weblock.Hold(ctx, t.Name()); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v; want canceled", err)
		}
	}
	release()
	again, err := weblock.Hold(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	again()
}
