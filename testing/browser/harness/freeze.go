package harness

import (
	"context"
	"fmt"
	"syscall"

	"github.com/chromedp/chromedp"
)

// freezeBusiest stops the process that evaluates for t, of those that descend
// from pid, and returns what lets it go on.
func freezeBusiest(ctx context.Context, pid int, t Tab) (thaw func() error, err error) {
	stopped, err := busiest(ctx, pid, func(ctx context.Context) error {
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

// Freeze implements Tab.
func (t *ChromiumTab) Freeze(ctx context.Context) (thaw func() error, err error) {
	return freezeBusiest(ctx, chromedp.FromContext(t.ctx).Browser.Process().Pid, t)
}

// Freeze implements Tab.
func (t *firefoxTab) Freeze(ctx context.Context) (thaw func() error, err error) {
	return freezeBusiest(ctx, t.browser.cmd.Process.Pid, t)
}

// Freeze implements Tab.
func (t *webkitTab) Freeze(ctx context.Context) (thaw func() error, err error) {
	return freezeBusiest(ctx, t.browser.driver.Process.Pid, t)
}
