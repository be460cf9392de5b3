package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// ChromiumTab is a tab of Chromium.
type ChromiumTab struct {
	ctx     context.Context
	release context.CancelFunc
	crashed chan struct{} // has one element when the tab's process has ended

	mu  sync.Mutex // guards following
	url string
}

var _ Tab = (*ChromiumTab)(nil)

// OpenTab is NewTab with its own type.
func (b *Chromium) OpenTab(ctx context.Context, url string) (*ChromiumTab, error) {
	t := &ChromiumTab{crashed: make(chan struct{}, 1), url: url}
	listen := b.listener("page", t.address)
	t.ctx, t.release = chromedp.NewContext(b.root, chromedp.WithListener(func(ev any) {
		if _, ok := ev.(*inspector.EventTargetCrashed); ok {
			select {
			case t.crashed <- struct{}{}:
			default: // told before
			}
		}
		listen(ev)
	}))
	err := chromedp.Do(t.ctx)
	if err == nil && b.quiet {
		err = t.disableCopies(ctx)
	}
	if err == nil {
		err = t.Navigate(ctx, url)
	}
	if err != nil {
		t.release()
		return nil, fmt.Errorf("harness: new tab: %w", err)
	}
	return t, nil
}

// disableCopies ends what chromedp asks for on each page and that keeps bodies
// of responses or the document's nodes in memory.
func (t *ChromiumTab) disableCopies(ctx context.Context) error {
	session := chromedp.FromContext(t.ctx).Target
	for _, method := range []string{network.CommandDisable, css.CommandDisable, dom.CommandDisable} {
		if err := session.Call(ctx, method, cdp.Empty{}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (t *ChromiumTab) address() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.url
}

// Eval implements Tab.
func (t *ChromiumTab) Eval(ctx context.Context, result any, body string, args ...any) error {
	expr, err := expression(body, args)
	if err != nil {
		return err
	}
	yes := true
	res, err := cdp.Call(ctx, chromedp.FromContext(t.ctx).Target, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expr, AwaitPromise: &yes, ReturnByValue: &yes, UserGesture: &yes,
	})
	if err != nil {
		return fmt.Errorf("harness: eval: %w", err)
	}
	if res.ExceptionDetails != nil {
		return fmt.Errorf("harness: eval: %s", exceptionText(res.ExceptionDetails))
	}
	var text string
	if err := json.Unmarshal(res.Result.Value, &text); err != nil {
		return fmt.Errorf("harness: eval: %w", err)
	}
	return decodeOutcome(text, result)
}

// Navigate implements Tab.
func (t *ChromiumTab) Navigate(ctx context.Context, url string) error {
	t.mu.Lock()
	t.url = url
	t.mu.Unlock()
	return t.run(ctx, chromedp.Navigate(url))
}

// Reload implements Tab.
func (t *ChromiumTab) Reload(ctx context.Context) error {
	return t.run(ctx, chromedp.Reload())
}

// Screenshot returns the page as PNG, in a window of width by height pixels.
func (t *ChromiumTab) Screenshot(ctx context.Context, width, height int64) ([]byte, error) {
	session := chromedp.FromContext(t.ctx).Target
	if _, err := cdp.Call(ctx, session, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1,
	}); err != nil {
		return nil, fmt.Errorf("harness: screenshot: %w", err)
	}
	shot, err := cdp.Call(ctx, session, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err != nil {
		return nil, fmt.Errorf("harness: screenshot: %w", err)
	}
	return shot.Data, nil
}

// run runs an action under the tab's context, ended by ctx too.
func (t *ChromiumTab) run(ctx context.Context, action chromedp.Action[chromedp.Void]) error {
	bound, cancel := context.WithCancelCause(t.ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
	if err := chromedp.Do(bound, action); err != nil {
		return fmt.Errorf("harness: %s: %w", t.address(), err)
	}
	return nil
}

// Close implements Tab.
func (t *ChromiumTab) Close() error {
	t.release()
	return nil
}

// Crash implements Tab.
func (t *ChromiumTab) Crash(ctx context.Context) error {
	// The command has no answer: who would give it is gone.
	go func() { _, _ = cdp.Call(t.ctx, chromedp.FromContext(t.ctx).Target, page.Crash, cdp.Empty{}) }()
	select {
	case <-t.crashed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("harness: crash: %w", ctx.Err())
	}
}

// listener returns a listener that puts what a page or worker says into the log.
func (b *Chromium) listener(source string, url func() string) func(any) {
	add := func(level, text string) {
		b.log.add(Message{Source: source, URL: url(), Level: level, Text: text})
	}
	return func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventConsoleAPICalled:
			add(string(ev.Type), consoleText(ev.Args))
		case *runtime.EventExceptionThrown:
			add("exception", exceptionText(ev.ExceptionDetails))
		case *log.EventEntryAdded:
			add(string(ev.Entry.Level), strings.TrimSpace(ev.Entry.Text+" "+ev.Entry.URL))
		case *inspector.EventTargetCrashed:
			// A worker's ordinary end is told in the same words.
			if source == "page" {
				add("crash", "the process ended")
			}
		}
	}
}

func consoleText(args []*runtime.RemoteObject) string {
	var parts []string
	for _, arg := range args {
		var text string
		switch {
		case json.Unmarshal(arg.Value, &text) == nil:
		case arg.Description != "":
			text = arg.Description
		default:
			text = string(arg.Value)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func exceptionText(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Text + " " + e.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", e.Text, e.URL, e.LineNumber+1)
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
		if err := t.dispatch(ctx, event); err != nil {
			return fmt.Errorf("harness: click: %w", err)
		}
	}
	return nil
}

// clickTime is how long a page may take to say that it has a part of a click. One
// whose frame goes by that, as a page's is that asks for nothing more, never does.
const clickTime = 10 * time.Second

var errNoAnswer = errors.New("no answer from the page")

func (t *ChromiumTab) dispatch(ctx context.Context, event input.DispatchMouseEventParams) error {
	ctx, cancel := context.WithTimeoutCause(ctx, clickTime, errNoAnswer)
	defer cancel()
	_, err := cdp.Call(ctx, chromedp.FromContext(t.ctx).Target, input.DispatchMouseEvent, event)
	if err != nil && errors.Is(context.Cause(ctx), errNoAnswer) {
		return nil
	}
	return err
}
