package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// webkitTab is a tab of WebKit.
type webkitTab struct {
	browser *WebKit
	window  string
	evals   atomic.Uint64
}

// pollEvery is how often the driver is asked whether an evaluation has ended:
// it takes one command at a time, so that waiting for one would hold up all
// other tabs.
const pollEvery = 10 * time.Millisecond

// Eval implements Tab. The page keeps the outcome until it is fetched.
func (t *webkitTab) Eval(ctx context.Context, result any, body string, args ...any) error {
	expr, err := expression(body, args)
	if err != nil {
		return err
	}
	key := "harness" + strconv.FormatUint(t.evals.Add(1), 10)
	begin := fmt.Sprintf("window.%s = ''; (%s).then(text => { window.%[1]s = text })", key, expr)
	if err := t.run(ctx, begin, nil); err != nil {
		return fmt.Errorf("harness: eval: %w", err)
	}
	fetch := fmt.Sprintf("const text = window.%s ?? null; if (text) delete window.%[1]s; return text", key)
	for {
		var text *string
		switch err := t.run(ctx, fetch, &text); {
		case err != nil:
			return fmt.Errorf("harness: eval: %w", err)
		case text == nil:
			return errors.New("harness: eval: the page was left meanwhile")
		case *text != "":
			return decodeOutcome(*text, result)
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return fmt.Errorf("harness: eval: %w", ctx.Err())
		}
	}
}

// run runs a function's body in the page and returns what it returns.
func (t *webkitTab) run(ctx context.Context, script string, result any) error {
	return t.send(ctx, http.MethodPost, "/execute/sync", map[string]any{"script": script, "args": []any{}}, result)
}

// Navigate implements Tab.
func (t *webkitTab) Navigate(ctx context.Context, url string) error {
	return t.send(ctx, http.MethodPost, "/url", map[string]any{"url": url}, nil)
}

// Reload implements Tab.
func (t *webkitTab) Reload(ctx context.Context) error {
	return t.send(ctx, http.MethodPost, "/refresh", map[string]any{}, nil)
}

// Close implements Tab.
func (t *webkitTab) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return t.send(ctx, http.MethodDelete, "/window", nil, nil)
}

// Crash implements Tab: the driver's session would end with the tab.
func (t *webkitTab) Crash(context.Context) error { return ErrUnsupported }

// send sends a command to the tab.
func (t *webkitTab) send(ctx context.Context, method, path string, body, result any) error {
	b := t.browser
	b.command.Lock()
	defer b.command.Unlock()
	if b.window != t.window {
		if err := b.send(ctx, http.MethodPost, "/window", map[string]any{"handle": t.window}, nil); err != nil {
			return err
		}
		b.window = t.window
	}
	return b.send(ctx, method, path, body, result)
}
