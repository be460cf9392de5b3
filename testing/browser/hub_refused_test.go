package browser

import (
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// refused is the code of what the hub does not serve.
const refused = "hub-refused"

// TestHubRefuses has the hub asked by pages that it does not serve.
func TestHubRefuses(t *testing.T) {
	w := sharedWorld(t)
	w.allow("postMessage")             // browsers tell of a message that is not for the origin
	w.allow("Not Found")               // and of a page that is not there
	w.allow("status of 404")           //
	w.allow("Content-Security-Policy") // Firefox names what a page may not do
	w.allow("CORS")                    // the page of an opaque origin has no right to the hub's scripts
	w.allow("ERR_FAILED")
	a := w.at(hostA)
	frame := func(sandbox, body string) (code string) {
		t.Helper()
		a.do(&code, `
			const frame = document.createElement('iframe')
			if (args[0]) frame.sandbox = args[0]
			const said = new Promise(resolve => addEventListener('message', ({ source, data }) => {
				if (source === frame.contentWindow) resolve(data)
			}))
			frame.src = '/inner.html?' + encodeURIComponent(args[1])
			document.body.append(frame)
			const code = await said
			frame.remove()
			return code`, sandbox, body)
		return code
	}
	w.server.File("/inner.html", []byte(`<!doctype html><title>inner</title><script type="module" src="inner.js"></script>`))
	w.server.File("/inner.js", []byte(`
		import { connectHub } from '/dist/hub.min.js'
		const hub = decodeURIComponent(location.search.slice(1))
		connectHub(hub, { want: { read: true }, timeout: 30_000 }).then(() => 'served', e => e.code + ' ' + (e.details?.reason ?? ''))
			.then(said => parent.postMessage(said, '*'))`))
	if got := frame("", w.hub()); got != refused+" nested" {
		t.Errorf("a page in a frame: got %q", got)
	}
	a.do(nil, "joinHub(args[0], { timeout: 60_000 })", w.origin(hubHost)+"/page.html")
	if got := a.joined(); got != "hub-failed" {
		t.Errorf("a page that is no hub: got %q", got)
	}
	a.do(nil, "joinHub(args[0], { timeout: 60_000, want: { read: 'all' } })", w.hub())
	if got := a.joined(); got != "invalid-option" {
		t.Errorf("a want that is none: got %q", got)
	}
	a.do(nil, "joinHub(args[0], { timeout: 1500, want: { read: true } })", w.hub())
	if got := a.joined(); got != "timeout" {
		t.Errorf("nobody who clicks: got %q", got)
	}
	var codes []string
	a.do(&codes, `
		const frame = await frameOf(args[0])
		const knock = async message => {
			const { port1, port2 } = new MessageChannel()
			const said = new Promise(resolve => { port1.onmessage = ({ data }) => data.type === 'refused' && resolve(data.code + ' ' + data.details.reason) })
			frame.contentWindow.postMessage(message, new URL(args[0]).origin, [port2])
			return said
		}
		const codes = [await knock({ sharednode: 'hub', version: 7, want: {} })]
		knock({ sharednode: 'hub', version: 1, want: { read: true } })
		codes.push(await knock({ sharednode: 'hub', version: 1, want: { read: true } }))
		frame.remove()
		return codes`, w.hub())
	if len(codes) != 2 || codes[0] != refused+" version" || codes[1] != refused+" served" {
		t.Errorf("got %q; want version and served", codes)
	}

	// A page of an opaque origin, in a window of its own: the hub in its frame has
	// none either, and so no script of its own.
	w.server.HandleFunc("/opaque.html", opaque)
	w.server.File("/opaque.js", []byte(`
		const frame = document.createElement('iframe')
		frame.src = decodeURIComponent(location.search.slice(1))
		frame.onload = () => {
			const { port1, port2 } = new MessageChannel()
			port1.onmessage = ({ data }) => { document.title = data.code + ' ' + data.details?.reason }
			frame.contentWindow.postMessage({ sharednode: 'hub', version: 1, want: {} }, '*', [port2])
			setTimeout(() => { document.title = 'no hub' }, 3000)
		}
		document.body.append(frame)`))
	page := w.page()
	page.visit(w.origin(hostB) + "/opaque.html?" + w.hub())
	var title string
	w.eventually("the page of an opaque origin has an answer, or none", func() bool {
		page.do(&title, "return document.title")
		return title != "opaque"
	})
	if title != "no hub" && title != refused+" opaque" {
		t.Errorf("a page of an opaque origin: got %q", title)
	}
}

// TestHubDenied has the person close the window, which decides nothing, and then
// say no.
func TestHubDenied(t *testing.T) {
	need(t, harness.PowerClick)
	w := sharedWorld(t)
	a := w.at(hostA)
	a.join("{ read: true, list: true }")
	closed := a.consent()
	closed.do(nil, "while (document.querySelector('#consent').hidden) await new Promise(resolve => setTimeout(resolve, 20))")
	closed.close()
	time.Sleep(time.Second) // the hub looks now and then
	denied := a.consent()
	denied.click(middle, "#deny")
	if code := a.joined(); code != "grants-denied" {
		t.Errorf("got %q; want grants-denied", code)
	}
	var frames int
	a.do(&frames, "return document.querySelectorAll('iframe').length")
	if frames != 0 {
		t.Error("the hub's frame is left")
	}

	// Allowed in part and for once: what was not ticked is not granted, and the next
	// time is asked again.
	a.join("{ read: true, list: true }")
	window := a.consent()
	window.click(middle, "#want-1")
	window.click(middle, "#once")
	window.click(middle, "#allow")
	if code := a.joined(); code != "" {
		t.Fatalf("got %s; want the node", code)
	}
	var granted map[string]any
	a.do(&granted, "return node.granted")
	if granted["read"] != true || granted["list"] != nil {
		t.Errorf("got %v; want read alone", granted)
	}
	a.reload()
	a.join("{ read: true }")
	a.consent().click(middle, "#deny")
	if code := a.joined(); code != "grants-denied" {
		t.Errorf("got %q; want grants-denied", code)
	}
}

// TestConsentPageAlone opens the consent page where nobody asks, and in a frame.
func TestConsentPageAlone(t *testing.T) {
	need(t, harness.PowerClick)
	w := sharedWorld(t)
	page := w.page()
	page.visit(w.origin(hubHost) + "/dist/consent.html")
	const shows = `return document.querySelector('#consent').hidden && document.querySelector('#waiting').textContent.includes('Nobody')`
	var alone bool
	w.eventually("it says that nobody has asked", func() bool {
		page.do(&alone, shows)
		return alone
	})
	// Somebody else opens it, and asks in the hub's name.
	a := w.at(hostA)
	w.allow("postMessage")
	a.do(nil, `
		globalThis.opened = openWindow(args[0] + '/dist/consent.html')
		globalThis.heard = []
		addEventListener('message', ({ data }) => heard.push(data))
		for (let i = 0; i < 100; i++) {
			const { port1, port2 } = new MessageChannel()
			port1.onmessage = ({ data }) => heard.push(data)
			opened.postMessage({ sharednode: 'question', origin: 'https://bank.example', want: { read: true } }, args[0], [port2])
			if (i % 25 === 0) await new Promise(resolve => setTimeout(resolve, 100))
		}`, w.origin(hubHost))
	window := a.opened()
	var hidden bool
	window.do(&hidden, "return document.querySelector('#consent').hidden")
	var heard int
	a.do(&heard, "opened.close(); return heard.length")
	if !hidden || heard != 0 {
		t.Errorf("the window shows the question of another origin (%t), which heard %d messages", !hidden, heard)
	}
}
