package harness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// WebKit is Debian's WebKitGTK in its MiniBrowser, on an X server of its own,
// driven over WebDriver (https://www.w3.org/TR/webdriver2/). Engine.Lacks says
// what cannot be done so.
type WebKit struct {
	display *exec.Cmd // the X server
	driver  *exec.Cmd
	base    string // URL of the session

	blank string // the window that it starts with, which stays

	command sync.Mutex // the driver takes one command at a time
	window  string     // the one that commands go to; guarded by command

	closed atomic.Bool
}

var _ Browser = (*WebKit)(nil)

// ErrUnsupported is the error of a power that an engine lacks.
var ErrUnsupported = errors.New("harness: this engine cannot do that")

// Where Debian has WebKitGTK.
const (
	webkitDriver  = "/usr/bin/WebKitWebDriver"
	webkitBrowser = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
)

// LaunchWebKit starts the browser. It lives until Close or Kill; ctx bounds the
// start alone.
func LaunchWebKit(ctx context.Context, opts Options) (*WebKit, error) {
	for _, path := range []string{webkitDriver, webkitBrowser} {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("harness: no WebKitGTK: %w", err)
		}
	}
	if opts.Profile == "" {
		return nil, errors.New("harness: no profile directory")
	}
	b := &WebKit{}
	if err := b.launch(ctx, opts.Profile); err != nil {
		_ = b.Kill()
		return nil, fmt.Errorf("harness: starting WebKit: %w", err)
	}
	return b, nil
}

func (b *WebKit) launch(ctx context.Context, profile string) error {
	screen, err := b.startDisplay()
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	run := filepath.Join(profile, "run")
	if err := os.MkdirAll(run, 0o700); err != nil {
		return err
	}
	b.driver = exec.Command(webkitDriver, "--port="+strconv.Itoa(port))
	b.driver.Env = append(os.Environ(),
		"DISPLAY=:"+screen, "HOME="+profile, "XDG_RUNTIME_DIR="+run, "XDG_CONFIG_HOME="+profile,
		"XDG_DATA_HOME="+profile, "XDG_CACHE_HOME="+profile,
		"WEBKIT_DISABLE_COMPOSITING_MODE=1", "NO_AT_BRIDGE=1", "GIO_USE_VFS=local")
	if err := b.driver.Start(); err != nil {
		return err
	}
	return b.newSession(ctx, fmt.Sprintf("http://127.0.0.1:%d", port))
}

// startDisplay starts an X server and returns its number.
func (b *WebKit) startDisplay() (string, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b.display = exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp")
	b.display.ExtraFiles = []*os.File{w}
	err = b.display.Start()
	_ = w.Close() // the server's end is what counts
	if err != nil {
		return "", err
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("starting Xvfb: %w", err)
	}
	return strings.TrimSpace(number), nil
}

// newSession asks the driver, which may not listen yet, for a browser.
func (b *WebKit) newSession(ctx context.Context, driver string) error {
	capabilities := map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName":              "MiniBrowser",
		"webkitgtk:browserOptions": map[string]any{"binary": webkitBrowser, "args": []string{"--automation"}},
		"timeouts":                 map[string]any{"script": 300_000, "pageLoad": 300_000},
	}}}
	for {
		var session struct {
			ID string `json:"sessionId"`
		}
		err := request(ctx, http.MethodPost, driver+"/session", capabilities, &session)
		if err == nil {
			b.base = driver + "/session/" + session.ID
			err := b.send(ctx, http.MethodGet, "/window", nil, &b.blank)
			b.window = b.blank
			return err
		}
		var refused *net.OpError
		if !errors.As(err, &refused) {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}

// send sends a command of the session.
func (b *WebKit) send(ctx context.Context, method, path string, body, result any) error {
	return request(ctx, method, b.base+path, body, result)
}

// sendTo sends a command to a window.
func (b *WebKit) sendTo(ctx context.Context, window, method, path string, body, result any) error {
	b.command.Lock()
	defer b.command.Unlock()
	if b.window != window {
		if err := b.send(ctx, http.MethodPost, "/window", map[string]any{"handle": window}, nil); err != nil {
			return err
		}
		b.window = window
	}
	return b.send(ctx, method, path, body, result)
}

// request sends a command and reads its value, unless result is nil.
func request(ctx context.Context, method, url string, body, result any) error {
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, payload)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: %w", method, url, err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, url, answer.Value)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, result)
}

// NewTab implements Browser.
func (b *WebKit) NewTab(ctx context.Context, url string) (Tab, error) {
	var made struct {
		Handle string `json:"handle"`
	}
	// The driver opens none while the window that commands go to is closed.
	err := b.sendTo(ctx, b.blank, http.MethodPost, "/window/new", map[string]any{"type": "tab"}, &made)
	if err != nil {
		return nil, fmt.Errorf("harness: new tab: %w", err)
	}
	t := &webkitTab{browser: b, window: made.Handle}
	return t, t.Navigate(ctx, url)
}

// Messages implements Browser. There are none.
func (b *WebKit) Messages() []Message { return nil }

// Close implements Browser.
func (b *WebKit) Close(ctx context.Context) error {
	if b.base != "" {
		b.command.Lock()
		err := b.send(ctx, http.MethodDelete, "", nil, nil)
		b.command.Unlock()
		if err != nil {
			return fmt.Errorf("harness: closing the browser: %w", err)
		}
	}
	return b.Kill()
}

// Kill implements Browser.
func (b *WebKit) Kill() error {
	if b.closed.Swap(true) {
		return nil
	}
	var pids []int
	for _, cmd := range []*exec.Cmd{b.driver, b.display} {
		if cmd != nil && cmd.Process != nil {
			pids = append(pids, Processes(cmd.Process.Pid)...)
			defer func() { _ = cmd.Wait() }() // how it ended does not matter
		}
	}
	return killAll(pids)
}

// Opened implements Browser.
func (b *WebKit) Opened(ctx context.Context, part string) (Tab, error) {
	return opened(ctx, part, func() (Tab, error) {
		var windows []string
		if err := b.sendTo(ctx, b.blank, http.MethodGet, "/window/handles", nil, &windows); err != nil {
			return nil, err
		}
		for _, window := range windows {
			var url string
			if err := b.sendTo(ctx, window, http.MethodGet, "/url", nil, &url); err != nil {
				return nil, err
			}
			if strings.Contains(url, part) {
				return &webkitTab{browser: b, window: window}, nil
			}
		}
		return nil, nil
	})
}
