package harness

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// StopServiceWorkers stops the Service Workers that run, as the browser itself
// does after a while; it starts them again when they have something to do.
func (t *ChromiumTab) StopServiceWorkers(ctx context.Context) error {
	session := chromedp.FromContext(t.ctx).Target
	for _, method := range []string{serviceworker.CommandEnable, serviceworker.CommandStopAllWorkers, serviceworker.CommandDisable} {
		if err := session.Call(ctx, method, cdp.Empty{}, nil); err != nil {
			return fmt.Errorf("harness: stopping service workers: %w", err)
		}
	}
	return nil
}
