package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/coder/websocket"
)

// bidi is a connection to a browser that speaks WebDriver BiDi
// (https://w3c.github.io/webdriver-bidi/).
type bidi struct {
	conn  *websocket.Conn
	event func(method string, params json.RawMessage) // called one at a time; must not block
	done  chan struct{}                               // closed when the connection is gone

	mu      sync.Mutex // guards following
	last    uint64
	waiting map[uint64]chan<- bidiAnswer
}

type bidiAnswer struct {
	Type    string          `json:"type"` // "success", "error" or "event"
	ID      uint64          `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// dialBiDi connects and begins a session.
func dialBiDi(ctx context.Context, url string, event func(string, json.RawMessage)) (*bidi, error) {
	conn, _, err := websocket.Dial(ctx, url, nil) //nolint:bodyclose // the package closes it
	if err != nil {
		return nil, fmt.Errorf("harness: %w", err)
	}
	conn.SetReadLimit(-1) // results are as large as tests make them
	b := &bidi{conn: conn, event: event, done: make(chan struct{}), waiting: map[uint64]chan<- bidiAnswer{}}
	go b.read()
	if err := b.call(ctx, "session.new", map[string]any{"capabilities": map[string]any{}}, nil); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bidi) read() {
	defer close(b.done)
	for {
		_, text, err := b.conn.Read(context.Background())
		if err != nil {
			return
		}
		var a bidiAnswer
		if json.Unmarshal(text, &a) != nil {
			continue
		}
		if a.Type == "event" {
			b.event(a.Method, a.Params)
			continue
		}
		b.mu.Lock()
		answer := b.waiting[a.ID]
		delete(b.waiting, a.ID)
		b.mu.Unlock()
		if answer != nil {
			answer <- a
		}
	}
}

var errBrowserGone = errors.New("harness: the browser is gone")

// call sends a command and reads its result, unless result is nil.
func (b *bidi) call(ctx context.Context, method string, params, result any) error {
	answer := make(chan bidiAnswer, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.waiting[id] = answer
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.waiting, id)
	}()

	text, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return fmt.Errorf("harness: %s: %w", method, err)
	}
	// The write's own context closes the connection when it ends, so it is not
	// the caller's.
	if err := b.conn.Write(context.WithoutCancel(ctx), websocket.MessageText, text); err != nil {
		return fmt.Errorf("harness: %s: %w", method, err)
	}
	select {
	case a := <-answer:
		if a.Type != "success" {
			return fmt.Errorf("harness: %s: %s: %s", method, a.Error, a.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(a.Result, result)
	case <-b.done:
		return fmt.Errorf("%s: %w", method, errBrowserGone)
	case <-ctx.Done():
		return fmt.Errorf("harness: %s: %w", method, ctx.Err())
	}
}

func (b *bidi) close() {
	_ = b.conn.CloseNow() // nothing is left to say
	<-b.done
}
