package harness

import "context"

// Browser is a running browser with one profile. Its methods may be called at
// the same time as each other.
type Browser interface {
	// NewTab opens a tab at url and returns when the page has loaded.
	NewTab(ctx context.Context, url string) (Tab, error)
	// Opened waits for a window that a page has opened at a URL with that in it.
	Opened(ctx context.Context, part string) (Tab, error)
	// Messages returns what pages and workers have said so far, oldest first.
	Messages() []Message
	// Close ends the browser in an orderly way, so that the profile is whole.
	Close(ctx context.Context) error
	// Kill ends all of its processes at once, as a crash of the machine would,
	// and returns when they are gone.
	Kill() error
}

// Tab is one tab of a browser. Its methods may be called at the same time as
// each other, but for those that end or replace its page.
type Tab interface {
	// Eval runs body, the body of an async JavaScript function whose arguments
	// are in the array args, and stores what it returns in result, through JSON
	// (a bigint as a number). result may be nil. What body throws is a *JSError.
	Eval(ctx context.Context, result any, body string, args ...any) error
	// Click presses and lets go the mouse's first button at a place of the window,
	// in CSS pixels, whatever frame is there.
	Click(ctx context.Context, x, y int) error
	// Navigate leaves the page for another and returns when that has loaded.
	Navigate(ctx context.Context, url string) error
	// Reload loads the page again and returns when it has loaded.
	Reload(ctx context.Context) error
	// Close closes the tab as a user does.
	Close() error
	// Crash ends the tab's process; the tab is of no use afterwards.
	Crash(ctx context.Context) error
	// Freeze stops the tab's process, which the page is not told of, and returns
	// what lets it go on. Until then the tab answers nothing.
	Freeze(ctx context.Context) (thaw func() error, err error)
}

// Options say how a browser is started.
type Options struct {
	// Profile is the directory of the profile, required. What a browser left
	// there is found again by the next.
	Profile string
	// Quiet leaves the consoles of workers alone and switches off those parts of
	// the DevTools protocol that keep copies of what a page loads, so that
	// measurements are of the page. Messages then has those of pages only.
	Quiet bool
	// Unpartitioned are hosts. Frames of the first one may have the storage of its
	// own pages also on the sites of the others: in Chromium when they ask for it, in
	// Firefox all frames everywhere. WebKit has nothing of the kind.
	Unpartitioned []string
}
