package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// lookEvery is how often it is looked whether a window is open.
const lookEvery = 50 * time.Millisecond

// opened asks until there is a tab.
func opened(ctx context.Context, part string, look func() (Tab, error)) (Tab, error) {
	for {
		t, err := look()
		if err == nil && t != nil {
			return t, nil
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return nil, fmt.Errorf("harness: no window at %s: %w", part, errors.Join(err, ctx.Err()))
		}
	}
}

// Opened implements Browser.
func (b *Chromium) Opened(ctx context.Context, part string) (Tab, error) {
	return opened(ctx, part, func() (Tab, error) {
		infos, err := cdp.Call(ctx, chromedp.FromContext(b.root).Browser, target.GetTargets, target.GetTargetsParams{})
		if err != nil {
			return nil, err
		}
		for _, info := range infos.TargetInfos {
			if info.Type != "page" || !strings.Contains(info.URL, part) {
				continue
			}
			t := &ChromiumTab{crashed: make(chan struct{}, 1), url: info.URL}
			t.ctx, t.release = chromedp.NewContext(b.root, chromedp.WithTargetID(info.TargetID), chromedp.WithListener(b.listener("page", t.address)))
			return t, chromedp.Do(t.ctx)
		}
		return nil, nil
	})
}

// Click implements Tab.
func (t *ChromiumTab) Click(ctx context.Context, x, y int) error {
	for _, kind := range []input.DispatchMouseEventType{
		input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased,
	} {
		event := input.DispatchMouseEventParams{Type: kind, X: float64(x), Y: float64(y)}
		if kind != input.DispatchMouseEventTypeMouseMoved {
			event.Button, event.ClickCount = input.MouseButtonLeft, 1
		}
		if _, err := cdp.Call(ctx, chromedp.FromContext(t.ctx).Target, input.DispatchMouseEvent, event); err != nil {
			return fmt.Errorf("harness: click: %w", err)
		}
	}
	return nil
}

// grantStorageAccess has a profile that is to be started remember that a person
// let frames of a site have its storage on other sites.
func grantStorageAccess(opts Options) error {
	if len(opts.Unpartitioned) == 0 {
		return nil
	}
	// Chromium counts the microseconds since 1601.
	now := strconv.FormatInt(time.Now().UnixMicro()+11_644_473_600_000_000, 10)
	exceptions := map[string]any{}
	for _, site := range opts.Unpartitioned[1:] {
		exceptions["[*.]"+opts.Unpartitioned[0]+",[*.]"+site] = map[string]any{"setting": 1, "last_modified": now}
	}
	dir := filepath.Join(opts.Profile, "Default")
	name := filepath.Join(dir, "Preferences")
	if _, err := os.Stat(name); err == nil {
		return nil // an earlier browser has it
	}
	prefs, err := json.Marshal(map[string]any{"profile": map[string]any{"content_settings": map[string]any{
		"exceptions": map[string]any{"storage_access": exceptions},
	}}})
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(name, prefs, 0o600))
}

// Opened implements Browser.
func (b *Firefox) Opened(ctx context.Context, part string) (Tab, error) {
	return opened(ctx, part, func() (Tab, error) {
		var tree struct {
			Contexts []struct {
				Context string `json:"context"`
				URL     string `json:"url"`
			} `json:"contexts"`
		}
		if err := b.bidi.call(ctx, "browsingContext.getTree", map[string]any{"maxDepth": 0}, &tree); err != nil {
			return nil, err
		}
		for _, c := range tree.Contexts {
			if strings.Contains(c.URL, part) {
				return &firefoxTab{browser: b, context: c.Context}, nil
			}
		}
		return nil, nil
	})
}

// mouse is a click as WebDriver has it.
func mouse(x, y int) []map[string]any {
	return []map[string]any{{
		"type": "pointer", "id": "mouse", "parameters": map[string]any{"pointerType": "mouse"},
		"actions": []map[string]any{
			{"type": "pointerMove", "x": x, "y": y, "duration": 0},
			{"type": "pointerDown", "button": 0},
			{"type": "pointerUp", "button": 0},
		},
	}}
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

// Opened implements Browser.
func (b *WebKit) Opened(ctx context.Context, part string) (Tab, error) {
	return opened(ctx, part, func() (Tab, error) {
		var windows []string
		if err := b.sendTo(ctx, b.blank, http.MethodGet, "/window/handles", nil, &windows); err != nil {
			return nil, err
		}
		for _, window := range windows {
			var url string
			if err := b.sendTo(ctx, window, http.MethodGet, "/url", nil, &url); err != nil {
				return nil, err
			}
			if strings.Contains(url, part) {
				return &webkitTab{browser: b, window: window}, nil
			}
		}
		return nil, nil
	})
}

// Click implements Tab.
func (t *webkitTab) Click(ctx context.Context, x, y int) error {
	return t.send(ctx, http.MethodPost, "/actions", map[string]any{"actions": mouse(x, y)}, nil)
}
