package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

func TestHosts(t *testing.T) {
	h := handler(t.TempDir(), http.NotFoundHandler())
	for _, test := range []struct{ url, policy, location, body string }{
		{url: "http://127.0.0.1:8080/sites", policy: policy, location: "http://garden.localhost:8080/"},
		{url: "http://garden.localhost:8080/", policy: "frame-src http://hub.localhost:8080;", body: "Use the node of"},
		{url: "http://kitchen.localhost/", policy: "frame-src http://hub.localhost;", body: "Use the node of"},
		{url: "http://hub.localhost:8080/", policy: "frame-ancestors http://garden.localhost:8080 http://kitchen.localhost:8080", location: "/sharednode/hub.html"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, test.url, nil))
		header := w.Header()
		if got := header.Get("Content-Security-Policy"); !strings.Contains(got, test.policy) {
			t.Errorf("%s: got policy %q; want %q in it", test.url, got, test.policy)
		}
		if got := header.Get("Location"); got != test.location {
			t.Errorf("%s: got location %q; want %q", test.url, got, test.location)
		}
		if got := w.Body.String(); !strings.Contains(got, test.body) {
			t.Errorf("%s: got %q; want %q in it", test.url, got, test.body)
		}
	}
}

// click waits for an element that can be clicked, and clicks it.
func click(t *testing.T, tab harness.Tab, selector string) {
	t.Helper()
	var at struct{ X, Y int }
	eval(t, tab, &at, until+`
		const [selector] = args;
		const box = () => document.querySelector(selector)?.getBoundingClientRect();
		await until(selector, () => box()?.width > 0 && !document.querySelector(selector).disabled);
		document.querySelector(selector).scrollIntoView({ block: 'center' });
		const { x, y, width, height } = box();
		return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };`, selector)
	if err := tab.Click(t.Context(), at.X, at.Y); err != nil {
		t.Fatal(err)
	}
}

// allow has the person who looks at a site let it use the hub's node.
func allow(t *testing.T, browser harness.Browser, site harness.Tab) {
	t.Helper()
	click(t, site, "#connect")
	var window harness.Tab
	for range 3 { // the first click may be for the hub's storage
		var at struct{ X, Y int }
		eval(t, site, &at, until+`
			const frame = () => document.querySelector('iframe');
			await until('the button in the frame', () => frame()?.style.display === 'block');
			const { right, top, height } = frame().getBoundingClientRect();
			return { x: Math.round(right - 50), y: Math.round(top + height / 2) };`)
		if err := site.Click(t.Context(), at.X, at.Y); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		w, err := browser.Opened(ctx, "/consent.html")
		cancel()
		if err == nil {
			window = w
			break
		}
	}
	if window == nil {
		t.Fatal("no window asks the person")
	}
	eval(t, window, nil, until+`await until('the question', () => !document.querySelector('#consent').hidden);`)
	click(t, window, "#allow")
	eval(t, site, nil, until+`await until('the feed', () => !document.querySelector('#shared').hidden);`)
}

// TestTwoSites has two sites use the node of a third: a file that one shares the
// other reads, until the person takes back what the first may do.
func TestTwoSites(t *testing.T) {
	d := openDemo(t)
	base, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	at := func(host string) string { return fmt.Sprintf("http://%s:%s/", host, base.Port()) }
	browser, err := harness.LaunchChromium(t.Context(), harness.Options{
		Profile:       d.profile,
		Unpartitioned: []string{hubHost, gardenHost, kitchenHost},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = browser.Kill() })
	open := func(url string) harness.Tab {
		tab, err := browser.NewTab(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		return tab
	}
	garden := open(at(gardenHost))
	allow(t, browser, garden)
	kitchen := open(at(kitchenHost))
	allow(t, browser, kitchen)

	eval(t, garden, nil, `
		const transfer = new DataTransfer();
		transfer.items.add(new File(['tomatoes, basil'], 'harvest.txt'));
		const input = document.querySelector('#file');
		input.files = transfer.files;
		input.dispatchEvent(new Event('change'));`)
	var text string
	eval(t, kitchen, &text, until+`
		await until('the file', () => document.querySelector('#log [data-cid]'));
		const saved = new Promise((resolve) => {
			URL.createObjectURL = (blob) => { resolve(blob.text()); return 'about:blank#'; };
		});
		HTMLAnchorElement.prototype.click = () => {};
		document.querySelector('#log [data-cid]').dispatchEvent(new Event('click'));
		return saved;`)
	if text != "tomatoes, basil" {
		t.Errorf("the kitchen read %q", text)
	}
	eval(t, kitchen, nil, `
		document.querySelector('#words').value = 'sauce for eight';
		document.querySelector('#say button').click();`)
	eval(t, garden, nil, until+`await until('the answer', () => document.querySelector('#log').innerText.includes('Kitchen: sauce for eight'));`)

	hub := open(at(hubHost))
	eval(t, hub, nil, until+`await until('both sites', () => document.querySelectorAll('#grants > li').length === 2);`)
	eval(t, hub, nil, `[...document.querySelectorAll('#grants > li')].find((row) => row.innerText.includes('garden')).querySelector('button').click();`)
	eval(t, garden, nil, until+`await until('the end', () => document.querySelector('#failure').textContent && !document.querySelector('#ask').hidden);`)
	eval(t, kitchen, nil, `if (document.querySelector('#shared').hidden) throw new Error('the kitchen was cut off too');`)
}
