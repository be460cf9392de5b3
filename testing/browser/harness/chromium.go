package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Chromium is Debian's Chromium, headless.
type Chromium struct {
	root    context.Context // the browser and its first tab, which stays blank
	release context.CancelFunc
	quiet   bool
	log     messageLog
	profile string
	closed  atomic.Bool
}

var _ Browser = (*Chromium)(nil)

// ChromiumPath returns the browser to run: SHAREDNODE_CHROMIUM, or where Debian
// has it.
func ChromiumPath() (string, error) {
	path := os.Getenv("SHAREDNODE_CHROMIUM")
	if path == "" {
		path = "/usr/bin/chromium"
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("harness: no Chromium: %w (SHAREDNODE_CHROMIUM says where it is)", err)
	}
	return path, nil
}

// LaunchChromium starts the browser. It lives until Close or Kill; ctx bounds
// the start alone.
func LaunchChromium(ctx context.Context, opts Options) (*Chromium, error) {
	path, err := ChromiumPath()
	if err != nil {
		return nil, err
	}
	if opts.Profile == "" {
		return nil, errors.New("harness: no profile directory")
	}
	if err := grantStorageAccess(opts); err != nil {
		return nil, fmt.Errorf("harness: %w", err)
	}
	alloc, releaseAlloc := chromedp.NewExecAllocator(context.Background(), allocatorOptions(path, opts)...)
	root, releaseRoot := chromedp.NewContext(alloc)
	b := &Chromium{
		root: root, release: func() { releaseRoot(); releaseAlloc() },
		quiet: opts.Quiet, profile: opts.Profile,
	}
	started := make(chan error, 1)
	go func() { started <- chromedp.Do(root) }()
	select {
	case err = <-started:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil && !opts.Quiet {
		err = chromedp.ListenBrowser(root, b.watchWorkers)
	}
	if err != nil {
		b.release()
		return nil, fmt.Errorf("harness: starting %s: %w", path, err)
	}
	return b, nil
}

// flags are the switches that keep Chromium to itself.
var flags = []string{
	"no-first-run", "no-sandbox", "disable-gpu", "disable-background-networking",
	"disable-component-update", "disable-sync", "disable-extensions", "use-mock-keychain",
}

// withoutPopup leaves out the pages from which Chromium draws what drops down from
// its address bar. Nobody sees it here, and it takes a process of its own, half of
// the time that a browser needs to start, and a tenth of a core from then on.
const withoutPopup = "WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup"

func allocatorOptions(path string, opts Options) []chromedp.ExecAllocatorOption {
	alloc := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(opts.Profile), chromedp.Headless,
		chromedp.Flag("password-store", "basic"), chromedp.Flag("disable-features", withoutPopup),
	}
	for _, name := range flags {
		alloc = append(alloc, chromedp.Flag(name, true))
	}
	return alloc
}

// watchWorkers attaches to each worker that has no page of its own, for its
// console. What the worker said before is told again on attaching.
func (b *Chromium) watchWorkers(ev any) {
	created, ok := ev.(*target.EventTargetCreated)
	if !ok || (created.TargetInfo.Type != "shared_worker" && created.TargetInfo.Type != "service_worker") {
		return
	}
	// Attaching waits for answers, which a listener must not.
	go b.watchWorker(created.TargetInfo)
}

func (b *Chromium) watchWorker(info *target.Info) {
	var ctx context.Context
	log := b.listener(info.Type, func() string { return info.URL })
	ctx, _ = chromedp.NewContext(b.root, chromedp.WithTargetID(info.TargetID),
		chromedp.WithDetachOnCancel(), chromedp.WithListener(func(ev any) {
			// A worker started anew stays under the session of the one before, which
			// makes it wait for the debugger's leave to run.
			if _, ok := ev.(*inspector.EventTargetReloadedAfterCrash); ok {
				session := chromedp.FromContext(ctx).Target
				go func() { _, _ = cdp.Call(ctx, session, runtime.RunIfWaitingForDebugger, cdp.Empty{}) }()
			}
			log(ev)
		}))
	// A worker that is gone by now has nothing to say.
	_ = chromedp.Do(ctx)
}

// NewTab implements Browser.
func (b *Chromium) NewTab(ctx context.Context, url string) (Tab, error) {
	return b.OpenTab(ctx, url)
}

// Messages implements Browser.
func (b *Chromium) Messages() []Message { return b.log.all() }

// SetQuota makes origin's storage quota bytes, and 0 what it was by nature.
func (b *Chromium) SetQuota(ctx context.Context, origin string, bytes int64) error {
	params := storage.OverrideQuotaForOriginParams{Origin: origin}
	if bytes > 0 {
		size := float64(bytes)
		params.QuotaSize = &size
	}
	// The command belongs to pages, and holds for the profile as long as the
	// session that gave it; the blank tab's lasts longest.
	_, err := cdp.Call(ctx, chromedp.FromContext(b.root).Target, storage.OverrideQuotaForOrigin, params)
	if err != nil {
		return fmt.Errorf("harness: quota: %w", err)
	}
	return nil
}

// Workers returns the URLs of the shared workers that run now.
func (b *Chromium) Workers(ctx context.Context) ([]string, error) {
	infos, err := cdp.Call(ctx, chromedp.FromContext(b.root).Browser, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return nil, fmt.Errorf("harness: targets: %w", err)
	}
	var urls []string
	for _, info := range infos.TargetInfos {
		if info.Type == "shared_worker" {
			urls = append(urls, info.URL)
		}
	}
	return urls, nil
}

// PID is the id of the browser's main process; all others descend from it.
func (b *Chromium) PID() int {
	return chromedp.FromContext(b.root).Browser.Process().Pid
}

// Close implements Browser.
func (b *Chromium) Close(ctx context.Context) error {
	if b.closed.Swap(true) {
		return nil
	}
	defer b.release()
	pids := Processes(b.PID())
	if err := chromedp.Cancel(b.root); err != nil {
		return fmt.Errorf("harness: closing the browser: %w", err)
	}
	return waitGone(ctx, pids)
}

// Kill implements Browser.
func (b *Chromium) Kill() error {
	if b.closed.Swap(true) {
		return nil
	}
	defer b.release()
	return killAll(Processes(b.PID()))
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
