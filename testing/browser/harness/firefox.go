package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// Firefox is Debian's Firefox ESR, headless, driven over WebDriver BiDi.
type Firefox struct {
	cmd     *exec.Cmd
	bidi    *bidi
	ended   chan struct{} // closed when the main process has ended
	log     messageLog
	context string // the tab that it starts with, which stays blank
	closed  atomic.Bool

	mu   sync.Mutex        // guards following
	urls map[string]string // of tabs, by context
}

var _ Browser = (*Firefox)(nil)

// FirefoxPath returns the browser to run: SHAREDNODE_FIREFOX, or where Debian
// has it.
func FirefoxPath() (string, error) {
	path := os.Getenv("SHAREDNODE_FIREFOX")
	if path == "" {
		path = "/usr/bin/firefox-esr"
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("harness: no Firefox: %w (SHAREDNODE_FIREFOX says where it is)", err)
	}
	return path, nil
}

// firefoxPrefs keep Firefox to itself, and put what pages and workers write to
// their consoles on its standard output, the one place where workers' is found.
const firefoxPrefs = `
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("devtools.console.stdout.content", true);
user_pref("dom.security.https_first", false);
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("media.gmp-manager.updateEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.startup.max_resumed_crashes", -1);
user_pref("toolkit.telemetry.enabled", false);
`

// LaunchFirefox starts the browser. It lives until Close or Kill; ctx bounds the
// start alone.
func LaunchFirefox(ctx context.Context, opts Options) (*Firefox, error) {
	path, err := FirefoxPath()
	if err != nil {
		return nil, err
	}
	if opts.Profile == "" {
		return nil, errors.New("harness: no profile directory")
	}
	prefs := firefoxPrefs
	if len(opts.Unpartitioned) > 0 {
		prefs += "user_pref(\"network.cookie.cookieBehavior\", 0);\n"
	}
	if err := os.WriteFile(filepath.Join(opts.Profile, "user.js"), []byte(prefs), 0o600); err != nil {
		return nil, fmt.Errorf("harness: %w", err)
	}
	b := &Firefox{ended: make(chan struct{}), urls: map[string]string{}}
	b.cmd = exec.Command(path, "--headless", "--no-remote", "--profile", opts.Profile, "--remote-debugging-port", "0", "about:blank")
	b.cmd.Env = append(os.Environ(), "MOZ_CRASHREPORTER_DISABLE=1", "HOME="+opts.Profile)
	if err := b.launch(ctx); err != nil {
		_ = b.Kill()
		return nil, fmt.Errorf("harness: starting %s: %w", path, err)
	}
	return b, nil
}

// launch starts the process, connects to it and finds its first tab.
func (b *Firefox) launch(ctx context.Context) error {
	stdout, err := b.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	stderr, err := b.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := b.cmd.Start(); err != nil {
		return err
	}
	address := make(chan string, 1)
	var readers sync.WaitGroup
	readers.Go(func() { b.readConsole(stdout) })
	readers.Go(func() { findAddress(stderr, address) })
	go func() {
		readers.Wait()
		_ = b.cmd.Wait() // how it ended does not matter
		close(b.ended)
	}()
	select {
	case url := <-address:
		if b.bidi, err = dialBiDi(ctx, url+"/session", b.handle); err != nil {
			return err
		}
	case <-b.ended:
		return errBrowserGone
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := b.bidi.call(ctx, "session.subscribe", map[string]any{"events": []string{"log.entryAdded"}}, nil); err != nil {
		return err
	}
	var tree struct {
		Contexts []struct {
			Context string `json:"context"`
		} `json:"contexts"`
	}
	if err := b.bidi.call(ctx, "browsingContext.getTree", map[string]any{}, &tree); err != nil {
		return err
	}
	b.context = tree.Contexts[0].Context
	return nil
}

// findAddress sends the address that Firefox listens on, and reads on so that it
// never waits for a reader.
func findAddress(r io.Reader, address chan<- string) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
			address <- strings.TrimSpace(url)
		}
	}
	_, _ = io.Copy(io.Discard, r) // after a line that is too long
}

// readConsole takes what workers log. What pages log comes over the connection,
// with more known of it.
func (b *Firefox) readConsole(r io.Reader) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if rest, ok := strings.CutPrefix(line, "console."); ok {
			level, text, _ := strings.Cut(strings.TrimSpace(rest), ": ")
			if level == "warn" {
				level = "warning"
			}
			if !strings.HasPrefix(text, "RSLoader") { // Firefox itself, of settings it cannot fetch
				b.log.add(Message{Source: "console", Level: level, Text: text})
			}
		}
		if err != nil {
			return
		}
	}
}

// handle takes an event.
func (b *Firefox) handle(_ string, params json.RawMessage) {
	var entry struct {
		Level  string `json:"level"`
		Type   string `json:"type"` // "console" or "javascript"
		Text   string `json:"text"`
		Source struct {
			Context string `json:"context"`
		} `json:"source"`
	}
	if json.Unmarshal(params, &entry) != nil || entry.Type == "console" {
		return
	}
	level := entry.Level
	if level == "error" {
		level = "exception"
	}
	b.mu.Lock()
	url := b.urls[entry.Source.Context]
	b.mu.Unlock()
	b.log.add(Message{Source: "page", URL: url, Level: level, Text: entry.Text})
}

// NewTab implements Browser.
func (b *Firefox) NewTab(ctx context.Context, url string) (Tab, error) {
	var created struct {
		Context string `json:"context"`
	}
	params := map[string]any{"type": "tab", "referenceContext": b.context}
	if err := b.bidi.call(ctx, "browsingContext.create", params, &created); err != nil {
		return nil, err
	}
	t := &firefoxTab{browser: b, context: created.Context}
	return t, t.Navigate(ctx, url)
}

// Messages implements Browser.
func (b *Firefox) Messages() []Message { return b.log.all() }

// Close implements Browser.
func (b *Firefox) Close(ctx context.Context) error {
	if b.closed.Swap(true) {
		return nil
	}
	pids := Processes(b.cmd.Process.Pid)
	err := b.bidi.call(ctx, "browser.close", map[string]any{}, nil)
	if err != nil && !errors.Is(err, errBrowserGone) {
		return err
	}
	b.bidi.close()
	return waitGone(ctx, pids)
}

// Kill implements Browser.
func (b *Firefox) Kill() error {
	if b.closed.Swap(true) || b.cmd.Process == nil {
		return nil
	}
	err := killAll(Processes(b.cmd.Process.Pid))
	if b.bidi != nil {
		b.bidi.close()
	}
	return err
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
