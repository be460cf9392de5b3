package browser

import (
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// TestClicksMeantForSomethingElse has the question change under a finger, and be
// shown where others could draw over it.
func TestClicksMeantForSomethingElse(t *testing.T) {
	need(t, harness.PowerClick)
	w := sharedWorld(t)
	a := w.at(hostA)
	a.join("{ read: true }")
	window := a.consent()
	var taken []bool
	window.do(&taken, `
		const allow = document.querySelector('#allow')
		while (document.querySelector('#consent').hidden || allow.disabled) await new Promise(resolve => setTimeout(resolve, 20))
		return ['resize', 'focus', 'blur'].map(type => {
			dispatchEvent(new Event(type)) // the window comes into sight, or is moved
			const taken = !allow.disabled
			allow.click()
			return taken
		})`)
	for _, at := range taken {
		if at {
			t.Error("the window takes a click that was meant for what was there before")
		}
	}
	var pending bool
	a.do(&pending, "return Promise.race([joined.then(() => false), new Promise(resolve => setTimeout(resolve, 300, true))])")
	if !pending {
		t.Error("such clicks, and that on the frame's button, came to an answer")
	}
	window.click(middle, "#deny")
	if code := a.joined(); code != "grants-denied" {
		t.Errorf("got %q; want grants-denied", code)
	}

	// In a frame the window's page asks nothing.
	var asks bool
	a.do(&asks, `
		const heard = []
		addEventListener('message', ({ data }) => heard.push(data))
		const frame = await frameOf(args[0])
		const { port2 } = new MessageChannel()
		frame.contentWindow.postMessage({ sharednode: 'question', origin: location.origin, want: { read: true } }, new URL(args[0]).origin, [port2])
		await new Promise(resolve => setTimeout(resolve, 300))
		return heard.length > 0`, w.origin(hubHost)+"/dist/consent.html")
	if asks {
		t.Error("the window's page asks in a frame")
	}
}
