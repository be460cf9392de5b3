package harness

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/profiler"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// sampleInterval is how many microseconds are between two looks at what runs.
const sampleInterval = 500

// ProfileWorker returns what the one shared worker that runs spends its time on
// while f does something.
func (b *Chromium) ProfileWorker(ctx context.Context, f func() error) (*profiler.Profile, error) {
	infos, err := cdp.Call(ctx, chromedp.FromContext(b.root).Browser, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return nil, fmt.Errorf("harness: targets: %w", err)
	}
	var workers []target.ID
	for _, info := range infos.TargetInfos {
		if info.Type == "shared_worker" {
			workers = append(workers, info.TargetID)
		}
	}
	if len(workers) != 1 {
		return nil, fmt.Errorf("harness: %d shared workers run; want one", len(workers))
	}
	attached, detach := chromedp.NewContext(b.root, chromedp.WithTargetID(workers[0]), chromedp.WithDetachOnCancel())
	defer detach()
	profile, err := chromedp.Run(attached, func(ctx context.Context, worker *chromedp.Target) (*profiler.Profile, error) {
		if err := startProfiler(ctx, worker); err != nil {
			return nil, err
		}
		failed := f()
		stopped, err := cdp.Call(ctx, worker, profiler.Stop, cdp.Empty{})
		if err := errors.Join(failed, err); err != nil {
			return nil, err
		}
		return stopped.Profile, nil
	})
	if err != nil {
		return nil, fmt.Errorf("harness: profile: %w", err)
	}
	return profile, nil
}

func startProfiler(ctx context.Context, worker *chromedp.Target) error {
	if _, err := cdp.Call(ctx, worker, profiler.Enable, cdp.Empty{}); err != nil {
		return err
	}
	interval := profiler.SetSamplingIntervalParams{Interval: sampleInterval}
	if _, err := cdp.Call(ctx, worker, profiler.SetSamplingInterval, interval); err != nil {
		return err
	}
	_, err := cdp.Call(ctx, worker, profiler.Start, cdp.Empty{})
	return err
}
