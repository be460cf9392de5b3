package browser

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// The hosts of these tests. Names below "localhost" are this machine to browsers,
// and each is a site of its own.
const (
	hubHost = "hub.localhost"
	hostA   = "a.localhost"
	hostB   = "b.localhost"
)

// origin is that of a host, at the world's server.
func (w *world) origin(host string) string {
	return strings.Replace(w.server.Origin(), "127.0.0.1", host, 1)
}

// hub is the hub's page, as it is shipped.
func (w *world) hub() string { return w.origin(hubHost) + "/dist/hub.html" }

// at opens a page of a host that is not connected.
func (w *world) at(host string) *tab {
	w.t.Helper()
	t := w.page()
	t.visit(w.origin(host) + "/page.html")
	return t
}

// visit goes to another page.
func (t *tab) visit(url string) {
	t.w.t.Helper()
	ctx, cancel := t.w.context()
	defer cancel()
	if err := t.Navigate(ctx, url); err != nil {
		t.w.t.Fatal(err)
	}
}

// A spot is a place in a window, in CSS pixels.
type spot struct{ X, Y int }

// click clicks at what body tells the place of.
func (t *tab) click(body string, args ...any) {
	t.w.t.Helper()
	var at spot
	t.do(&at, body, args...)
	ctx, cancel := t.w.context()
	defer cancel()
	if err := t.Click(ctx, at.X, at.Y); err != nil {
		t.w.t.Fatal(err)
	}
}

// middle is JavaScript that waits for an element that can be clicked, and gives its
// place.
const middle = `
	for (;;) {
		const element = document.querySelector(args[0])
		const box = element?.getBoundingClientRect()
		if (box?.width > 0 && !element.disabled) {
			element.scrollIntoView({ block: 'center' })
			const { x, y, width, height } = element.getBoundingClientRect()
			return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) }
		}
		await new Promise(resolve => setTimeout(resolve, 20))
	}`

// join has a page ask the hub, and waits for neither the person nor the node.
func (t *tab) join(want string) {
	t.w.t.Helper()
	t.do(nil, "joinHub(args[0], { want: "+want+", timeout: 30_000 })", t.w.hub())
}

// joined is the code that it came to, empty if it has the node.
func (t *tab) joined() (code string) {
	t.w.t.Helper()
	t.do(&code, "return joined")
	return code
}

// consent clicks the button in the hub's frame, and gives the window that it opens.
// Where the browser may open the hub's own storage the first click is for that.
func (t *tab) consent() *tab {
	t.w.t.Helper()
	for range 3 {
		t.click("return button()")
		if window, err := t.findConsent(2 * time.Second); err == nil {
			return window
		}
	}
	return t.opened()
}

// opened is the consent window that is open.
func (t *tab) opened() *tab {
	t.w.t.Helper()
	window, err := t.findConsent(patience)
	if err != nil {
		t.w.t.Fatal(err)
	}
	return window
}

func (t *tab) findConsent(patience time.Duration) (*tab, error) {
	ctx, cancel := context.WithTimeout(t.w.t.Context(), patience)
	defer cancel()
	window, err := t.w.browser.Opened(ctx, t.w.origin(hubHost)+"/dist/consent.html")
	if err != nil {
		return nil, err
	}
	// The window has its URL before it has its page.
	const loaded = "while (document.readyState !== 'complete') await new Promise(resolve => setTimeout(resolve, 20))"
	return &tab{Tab: window, w: t.w}, window.Eval(ctx, nil, loaded)
}

// TestHubAsksThePerson has a page ask, in a browser that partitions: the window
// says who wants what, and what was allowed can be done, and nothing else.
func TestHubAsksThePerson(t *testing.T) {
	need(t, harness.PowerClick)
	w := sharedWorld(t)
	a := w.at(hostA)
	a.join("{ read: true, add: true, rooms: ['chess/'] }")
	window := a.consent()
	var asked struct {
		Title string
		Wants []string
		Note  bool
	}
	window.do(&asked, `
		while (document.querySelector('#consent').hidden) await new Promise(resolve => setTimeout(resolve, 20))
		return {
			title: document.querySelector('#title').innerText,
			wants: [...document.querySelectorAll('#wants label')].map(label => label.innerText),
			note: !document.querySelector('#partitioned').hidden
		}`)
	if !strings.Contains(asked.Title, strings.TrimPrefix(w.origin(hostA), "http://")) || len(asked.Wants) != 3 || !asked.Note {
		t.Errorf("the window shows %+v; want who asks, three wants and the note", asked)
	}
	window.click(middle, "#allow")
	if code := a.joined(); code != "" {
		t.Fatalf("got %s; want the node", code)
	}
	var got struct {
		Storage string
		Granted map[string]any
		Text    string
		Denied  []string
	}
	a.do(&got, `
		const { cid } = await node.add('hello')
		const text = await node.cat(cid).text()
		const denied = await Promise.all([
			node.config.getAll(), node.swarm.peers(), node.grants.list().next(), node.createPort({ grants: {} }),
			node.status(), node.files.stat('/'), node.block.stat(cid), node.pubsub.publish('chess/', 'x')
		].map(call => call.then(() => '', e => e.code)))
		return { storage: node.storage, granted: node.granted, text, denied }`)
	if got.Storage != "partitioned" || got.Text != "hello" || got.Granted["read"] != true {
		t.Errorf("got %+v; want the frame's own node", got)
	}
	for i, code := range got.Denied {
		if code != "not-granted" {
			t.Errorf("call %d that was not granted ended with %q", i, code)
		}
	}
	// What is kept needs no click.
	a.do(nil, "await node.close(); return document.querySelector('iframe')")
	a.reload()
	a.join("{ read: true }")
	if code := a.joined(); code != "" {
		t.Errorf("got %s; want the node again", code)
	}
}
