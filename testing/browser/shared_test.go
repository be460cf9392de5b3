package browser

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// shared is the browser of the worlds that need none of their own. Starting one
// takes as long as many a test.
var shared sharedBrowser

func TestMain(m *testing.M) {
	code := m.Run()
	if err := shared.end(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// sharedWorld starts a world in the browser that tests share: what it has of its
// own is the origin, and with it the node and its storage.
func sharedWorld(t *testing.T) *world {
	t.Helper()
	w := newOrigin(t)
	browser, err := shared.get(t.Context(), w.engine)
	if err != nil {
		t.Fatal(err)
	}
	w.browser = browser
	before := len(browser.Messages())
	t.Cleanup(func() {
		for _, page := range w.pages {
			_ = page.Close() // the test may have closed it
		}
		w.judge(w.own(browser.Messages()[before:]))
		if !t.Failed() {
			return
		}
		// What went wrong here is not to go on elsewhere.
		if err := shared.end(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// own leaves out the messages of other origins: a worker may say its last when
// the next test has begun. Not every engine tells where a message is from.
func (w *world) own(messages []harness.Message) (own []harness.Message) {
	for _, m := range messages {
		if m.URL == "" || strings.HasPrefix(m.URL, w.server.Origin()) {
			own = append(own, m)
		}
	}
	return own
}

// A sharedBrowser is started when it is first needed. The zero value is ready.
type sharedBrowser struct {
	mu      sync.Mutex // guards following
	browser harness.Browser
	profile string
}

func (s *sharedBrowser) get(ctx context.Context, engine harness.Engine) (harness.Browser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.browser != nil {
		return s.browser, nil
	}
	profile, err := os.MkdirTemp("", "sharednode-browser-*")
	if err != nil {
		return nil, err
	}
	browser, err := harness.Launch(ctx, engine, harness.Options{Profile: profile})
	if err != nil {
		_ = os.RemoveAll(profile)
		return nil, err
	}
	s.browser, s.profile = browser, profile
	return browser, nil
}

// end ends the browser, if there is one; the next get starts another.
func (s *sharedBrowser) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.browser == nil {
		return nil
	}
	browser := s.browser
	s.browser = nil
	if err := browser.Kill(); err != nil {
		return err
	}
	return os.RemoveAll(s.profile)
}
