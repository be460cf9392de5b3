package harness

import (
	"context"
	"encoding/json"
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
	there, err := json.Marshal(url)
	if err != nil {
		return err
	}
	if err := t.send(ctx, http.MethodPost, "/url", map[string]any{"url": url}, nil); err != nil {
		return fmt.Errorf("harness: going to a page: %w", err)
	}
	return t.loaded(ctx, fmt.Sprintf("location.href === new URL(%s).href", there))
}

// Reload implements Tab.
func (t *webkitTab) Reload(ctx context.Context) error {
	if err := t.run(ctx, "window.harnessLeaves = true", nil); err != nil {
		return fmt.Errorf("harness: leaving a page: %w", err)
	}
	if err := t.send(ctx, http.MethodPost, "/refresh", map[string]any{}, nil); err != nil {
		return fmt.Errorf("harness: loading a page again: %w", err)
	}
	return t.loaded(ctx, "!window.harnessLeaves")
}

// loaded returns when the page of which a condition is true has loaded: on a busy
// machine the driver is content with the one before.
func (t *webkitTab) loaded(ctx context.Context, condition string) error {
	for {
		var loaded bool
		err := t.run(ctx, "return document.readyState === 'complete' && "+condition, &loaded)
		if err != nil {
			return fmt.Errorf("harness: loading a page: %w", err)
		}
		if loaded {
			return nil
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return fmt.Errorf("harness: loading a page: %w", ctx.Err())
		}
	}
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
	return t.browser.sendTo(ctx, t.window, method, path, body, result)
}

// Click implements Tab.
func (t *webkitTab) Click(ctx context.Context, x, y int) error {
	return t.send(ctx, http.MethodPost, "/actions", map[string]any{"actions": mouse(x, y)}, nil)
}
