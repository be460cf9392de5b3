package p2p

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/iotest"
	"time"
)

type byteChunk []byte

func (c byteChunk) Len() int                        { return len(c) }
func (c byteChunk) CopyTo(p []byte, offset int) int { return copy(p, c[offset:]) }

type inboxReader struct {
	in *inbox
	by *deadline
}

func (r inboxReader) Read(p []byte) (int, error) { return r.in.read(p, r.by) }

func TestInboxIsAStream(t *testing.T) {
	in := newInbox()
	for _, s := range []string{"one", "", "two", "a longer one"} {
		in.put(byteChunk(s))
	}
	in.close(io.EOF)
	if err := iotest.TestReader(inboxReader{in, newDeadline()}, []byte("onetwoa longer one")); err != nil {
		t.Error(err)
	}
}

func TestInboxWaits(t *testing.T) {
	in, by := newInbox(), newDeadline()
	time.AfterFunc(10*time.Millisecond, func() { in.put(byteChunk("x")) })
	p := make([]byte, 8)
	if n, err := in.read(p, by); n != 1 || err != nil {
		t.Errorf("got %d, %v; want 1 byte", n, err)
	}
	by.set(time.Now().Add(10 * time.Millisecond))
	if _, err := in.read(p, by); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v; want the deadline's error", err)
	}
	by.set(time.Time{})
	in.put(byteChunk("y"))
	if n, err := in.read(p, by); n != 1 || err != nil {
		t.Errorf("after the deadline was lifted: got %d, %v; want 1 byte", n, err)
	}
	by.set(time.Now().Add(-time.Second))
	in.put(byteChunk("z"))
	if _, err := in.read(p, by); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("with a deadline in the past: got %v; want its error", err)
	}
}

// What comes faster than it is read ends the inbox.
func TestInboxIsBounded(t *testing.T) {
	in := newInbox()
	message := byteChunk(make([]byte, 1<<20))
	taken := 0
	for in.put(message) {
		if taken++; taken > 2*maxUnread>>20 {
			t.Fatalf("took %d MiB", taken)
		}
	}
	if taken != maxUnread>>20 {
		t.Errorf("took %d MiB; want %d", taken, maxUnread>>20)
	}
	if _, err := in.read(make([]byte, 1), newDeadline()); !errors.Is(err, errFlooded) {
		t.Errorf("got %v; want that it was flooded", err)
	}
}
