package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// firefoxTab is a tab of Firefox.
type firefoxTab struct {
	browser *Firefox
	context string
}

// Eval implements Tab.
func (t *firefoxTab) Eval(ctx context.Context, result any, body string, args ...any) error {
	expr, err := expression(body, args)
	if err != nil {
		return err
	}
	var evaluated struct {
		Type   string `json:"type"` // "success" or "exception"
		Result struct {
			Value string `json:"value"`
		} `json:"result"`
		Exception struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	if err := t.call(ctx, "script.evaluate", map[string]any{
		"expression": expr, "target": map[string]any{"context": t.context},
		"awaitPromise": true, "userActivation": true,
	}, &evaluated); err != nil {
		return err
	}
	if evaluated.Type != "success" {
		return fmt.Errorf("harness: eval: %s", evaluated.Exception.Text)
	}
	return decodeOutcome(evaluated.Result.Value, result)
}

// Navigate implements Tab.
func (t *firefoxTab) Navigate(ctx context.Context, url string) error {
	t.browser.mu.Lock()
	t.browser.urls[t.context] = url
	t.browser.mu.Unlock()
	return t.call(ctx, "browsingContext.navigate", map[string]any{"context": t.context, "url": url, "wait": "complete"}, nil)
}

// Reload implements Tab.
func (t *firefoxTab) Reload(ctx context.Context) error {
	return t.call(ctx, "browsingContext.reload", map[string]any{"context": t.context, "wait": "complete"}, nil)
}

// Close implements Tab.
func (t *firefoxTab) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return t.call(ctx, "browsingContext.close", map[string]any{"context": t.context}, nil)
}

// Crash implements Tab. Firefox may have other tabs of the same site in the
// process.
func (t *firefoxTab) Crash(ctx context.Context) error {
	pid, err := busiest(ctx, Processes(t.browser.cmd.Process.Pid)[1:], func(ctx context.Context) error {
		return t.Eval(ctx, nil, `for (const end = performance.now() + 900; performance.now() < end;);`)
	})
	if err != nil {
		return fmt.Errorf("harness: crash: %w", err)
	}
	kill(pid)
	return waitGone(ctx, []int{pid})
}

func (t *firefoxTab) call(ctx context.Context, method string, params, result any) error {
	return t.browser.bidi.call(ctx, method, params, result)
}

// Click implements Tab. What is done in a page does not reach frames that other
// processes have, so it is done in the frame that is at that place.
func (t *firefoxTab) Click(ctx context.Context, x, y int) error {
	frame, left, top, err := t.frameAt(ctx, x, y)
	if err != nil {
		return err
	}
	if frame != "" {
		inner := &firefoxTab{browser: t.browser, context: frame}
		return inner.Click(ctx, x-left, y-top)
	}
	return t.call(ctx, "input.performActions", map[string]any{"context": t.context, "actions": mouse(x, y)}, nil)
}

// frameAt returns the context of the frame at a place in the page, if there is
// one, and the frame's own place.
func (t *firefoxTab) frameAt(ctx context.Context, x, y int) (frame string, left, top int, err error) {
	var found struct {
		Result struct {
			Value []struct {
				Value json.RawMessage `json:"value"`
			} `json:"value"`
		} `json:"result"`
	}
	err = t.call(ctx, "script.evaluate", map[string]any{
		"expression": fmt.Sprintf(`(() => {
			const frame = document.elementFromPoint(%d, %d)
			if (!frame?.contentWindow) return []
			const { left, top } = frame.getBoundingClientRect()
			return [frame.contentWindow, Math.round(left), Math.round(top)]
		})()`, x, y),
		"target": map[string]any{"context": t.context}, "awaitPromise": false,
	}, &found)
	if values := found.Result.Value; err == nil && len(values) == 3 {
		var window struct {
			Context string `json:"context"`
		}
		err = errors.Join(json.Unmarshal(values[0].Value, &window), json.Unmarshal(values[1].Value, &left), json.Unmarshal(values[2].Value, &top))
		frame = window.Context
	}
	return frame, left, top, err
}
