package harness

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// CollectGarbage collects the garbage of all pages and shared workers, so that
// memory is compared and not when garbage was collected last.
func (b *Chromium) CollectGarbage(ctx context.Context) error {
	infos, err := cdp.Call(ctx, chromedp.FromContext(b.root).Browser, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return fmt.Errorf("harness: targets: %w", err)
	}
	for _, info := range infos.TargetInfos {
		if info.Type != "page" && info.Type != "shared_worker" {
			continue
		}
		if err := b.collectGarbageOf(info.TargetID); err != nil {
			return fmt.Errorf("harness: collecting garbage of %s: %w", info.URL, err)
		}
	}
	return nil
}

func (b *Chromium) collectGarbageOf(id target.ID) error {
	ctx, detach := chromedp.NewContext(b.root, chromedp.WithTargetID(id), chromedp.WithDetachOnCancel())
	defer detach()
	_, err := chromedp.Run(ctx, func(ctx context.Context, session *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, session, heapprofiler.CollectGarbage, cdp.Empty{})
	})
	return err
}
