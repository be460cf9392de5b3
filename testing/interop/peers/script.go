package peers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// The scripts that there are.
const (
	// Gossip is js-libp2p with gossipsub and an echo.
	Gossip = "gossip.js"
	// Room2 and Room3 are ipfs-pubsub-room 2.x and 3.x, over js-libp2p.
	Room2 = "room2.js"
	Room3 = "room3.js"
)

// Event is what a script tells unasked. The names of events and what each has
// stand in the scripts.
type Event struct {
	Event  string
	Topic  string
	Peer   string
	From   string
	Data   []byte
	Direct bool
	Error  string
	Addrs  []string
}

// Script is a peer in Node.js.
type Script struct {
	// ID is its peer id, and Addrs are its addresses with the peer id.
	ID    string
	Addrs []string

	process  *exec.Cmd
	stdin    io.WriteCloser
	said     bytes.Buffer  // on stderr; not read while it runs
	listened chan struct{} // closed when all that it said was taken in

	mu      sync.Mutex    // guards following
	changed chan struct{} // closed and made anew when there is news
	lastID  int
	answers map[int]answer
	events  []Event
	ended   bool
}

type answer struct {
	ID     int
	Result json.RawMessage
	Error  string
}

// startTries is how often a script is started that ends before it is ready: room3's
// packages take an address for none, and give up, where looking at it took 400 ms,
// as it may on a busy machine.
const startTries = 3

// StartScript starts a script with arguments. It runs until Close; ctx bounds the
// start alone.
func StartScript(ctx context.Context, name string, args ...string) (s *Script, err error) {
	for range startTries {
		if s, err = startOnce(ctx, name, args); err == nil || ctx.Err() != nil {
			break
		}
	}
	return s, err
}

func startOnce(ctx context.Context, name string, args []string) (*Script, error) {
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Dir(here)
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		return nil, fmt.Errorf("peers: run npm ci in %s: %w", dir, err)
	}
	s := &Script{
		process:  exec.Command("node", append([]string{name}, args...)...),
		listened: make(chan struct{}),
		changed:  make(chan struct{}),
		answers:  map[int]answer{},
	}
	s.process.Dir, s.process.Stderr = dir, &s.said
	stdin, errIn := s.process.StdinPipe()
	stdout, errOut := s.process.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return nil, err
	}
	s.stdin = stdin
	if err := s.process.Start(); err != nil {
		return nil, fmt.Errorf("peers: %w", err)
	}
	go s.listen(stdout)
	ready, err := s.Wait(ctx, "its start", func(e Event) bool { return e.Event == "ready" })
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.ID, s.Addrs = ready.Peer, ready.Addrs
	return s, nil
}

// listen takes in what the script says until its end.
func (s *Script) listen(stdout io.Reader) {
	defer close(s.listened)
	for lines := bufio.NewReader(stdout); ; {
		line, err := lines.ReadBytes('\n')
		s.take(line, err != nil)
		if err != nil {
			return
		}
	}
}

func (s *Script) take(line []byte, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var event Event
	var a answer
	switch {
	case ended:
		s.ended = true
	case json.Unmarshal(line, &event) == nil && event.Event != "":
		s.events = append(s.events, event)
	case json.Unmarshal(line, &a) == nil:
		s.answers[a.ID] = a
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// Do asks for an operation with the fields of its request, and stores its
// result in result, which may be nil.
func (s *Script) Do(ctx context.Context, result any, op string, fields map[string]any) error {
	request := map[string]any{"op": op}
	for name, value := range fields {
		request[name] = value
	}
	s.mu.Lock()
	s.lastID++
	id := s.lastID
	s.mu.Unlock()
	request["id"] = id
	line, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("peers: %s: %w", op, err)
	}
	if _, err := s.stdin.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("peers: %s: %w", op, err)
	}
	var a answer
	if err := s.until(ctx, op, func() (ok bool) { a, ok = s.answers[id]; return ok }); err != nil {
		return err
	}
	if a.Error != "" {
		return fmt.Errorf("peers: %s: %s", op, a.Error)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(a.Result, result)
}

// Events returns the events so far.
func (s *Script) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Event(nil), s.events...)
}

// Wait waits until there is or was an event that is matched. what names it in
// the error.
func (s *Script) Wait(ctx context.Context, what string, matches func(Event) bool) (found Event, err error) {
	seen := 0
	err = s.until(ctx, what, func() bool {
		for ; seen < len(s.events); seen++ {
			if matches(s.events[seen]) {
				found = s.events[seen]
				return true
			}
		}
		return false
	})
	return found, err
}

// until returns when the condition, which is looked at with the lock held, is
// met.
func (s *Script) until(ctx context.Context, what string, condition func() bool) error {
	for {
		s.mu.Lock()
		met, ended, changed := condition(), s.ended, s.changed
		s.mu.Unlock()
		switch {
		case met:
			return nil
		case ended:
			return fmt.Errorf("peers: %s ended before %s", s.process.Args[1], what)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("peers: waiting for %s of %s: %w", what, s.process.Args[1], ctx.Err())
		}
	}
}

// patience is how long a script may take to end when it was asked to.
const patience = 10 * time.Second

// Close ends the script. An error tells what it complained of, if it did not end
// well. Only the first of Close and Kill does something.
func (s *Script) Close() error {
	_ = s.stdin.Close() // where it has ended already
	stuck := time.AfterFunc(patience, func() { _ = s.process.Process.Kill() })
	defer stuck.Stop()
	<-s.listened
	if s.process.ProcessState != nil {
		return nil
	}
	if err := s.process.Wait(); err != nil {
		return fmt.Errorf("peers: %s: %w\n%s", s.process.Args[1], err, s.said.String())
	}
	return nil
}

// Kill ends the script at once, as a crash would.
func (s *Script) Kill() {
	_ = s.process.Process.Kill()
	<-s.listened
	_ = s.process.Wait() // tells that it was killed
}
