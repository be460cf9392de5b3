package harness

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/chromedp/chromedp"
)

// freezeBusiest stops the process that evaluates for t, of those given, and
// returns what lets it go on.
func freezeBusiest(ctx context.Context, pids []int, t Tab) (thaw func() error, err error) {
	stopped, err := busiest(ctx, pids, func(ctx context.Context) error {
		return t.Eval(ctx, nil, `for (const end = performance.now() + 900; performance.now() < end;);`)
	})
	if err != nil {
		return nil, fmt.Errorf("harness: freeze: %w", err)
	}
	if err := syscall.Kill(stopped, syscall.SIGSTOP); err != nil {
		return nil, fmt.Errorf("harness: freeze: %w", err)
	}
	return func() error { return syscall.Kill(stopped, syscall.SIGCONT) }, nil
}

// unreachable is how long Service Workers may be out of reach.
const unreachable = 5 * time.Second

// Freeze implements Tab. The browser's own windows may keep a renderer busier
// than a page does that shares the machine with others.
//
// A Service Worker may live in the process that is stopped, which the browser
// finds out after five minutes. So meanwhile they are stopped now and then: those
// that are needed start again, in a process that lives or, after a while, in
// another.
func (t *ChromiumTab) Freeze(ctx context.Context) (thaw func() error, err error) {
	pids := Processes(chromedp.FromContext(t.ctx).Browser.Process().Pid)
	resume, err := freezeBusiest(ctx, Renderers(pids), t)
	if err != nil {
		return nil, err
	}
	stopping, cancel := context.WithCancel(t.ctx)
	go func() {
		for {
			select {
			case <-time.After(unreachable):
				_ = t.StopServiceWorkers(stopping)
			case <-stopping.Done():
				return
			}
		}
	}()
	return func() error { cancel(); return resume() }, nil
}

// Freeze implements Tab.
func (t *firefoxTab) Freeze(ctx context.Context) (thaw func() error, err error) {
	return freezeBusiest(ctx, Processes(t.browser.cmd.Process.Pid)[1:], t)
}

// Freeze implements Tab.
func (t *webkitTab) Freeze(ctx context.Context) (thaw func() error, err error) {
	return freezeBusiest(ctx, Processes(t.browser.driver.Process.Pid)[1:], t)
}
