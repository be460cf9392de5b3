package browser

import (
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// receivers are what a page may hand a port to: JavaScript that hands port on, and
// gives what the other side has to say.
var receivers = []struct{ name, hand string }{
	{"frame of another origin", `
		const frame = await frameOf(args[0] + '/receiver.html')
		frame.contentWindow.postMessage('take', args[0], [port])`},
	{"window of another origin", `
		const other = openWindow(args[0] + '/receiver.html')
		await new Promise(resolve => addEventListener('message', ({ data }) => data === 'here' && resolve()))
		other.postMessage('take', args[0], [port])`},
	{"dedicated worker", `
		const other = new Worker('/receiver.js', { type: 'module' })
		other.postMessage('take', [port])`},
	{"service worker", `
		const registration = await navigator.serviceWorker.register('/receiver.js', { type: 'module', scope: '/nowhere/' })
		globalThis.sw = registration.installing ?? registration.waiting ?? registration.active
		sw.postMessage('take', [port])`},
}

// receive is the other side: it takes a port, reads and adds, and tells by a
// BroadcastChannel, or if it is of another origin by its parent or opener.
const receive = `
import { connect } from '/dist/index.min.js'
const scope = globalThis
const page = scope.opener ?? (scope.parent === scope ? undefined : scope.parent)
const start = crypto.randomUUID()
scope.addEventListener('message', async ({ data, ports: [port], source }) => {
	if (data === 'which') new BroadcastChannel('start').postMessage(start)
	if (data !== 'take') return
	const tell = said => {
		const all = { ...said, start }
		page ? page.postMessage(all, '*') : new BroadcastChannel('said').postMessage(all)
	}
	try {
		const node = await connect({ port, timeout: 60_000 })
		const { cid } = await node.add('from there')
		const text = await node.cat(cid).text()
		const denied = await node.block.stat(cid).then(() => '', e => e.code)
		tell({ text, denied, epoch: node.epoch })
		node.addEventListener('reconnect', async () => {
			const again = await node.cat(cid).text()
			tell({ text: again, denied, epoch: node.epoch })
		})
	} catch (error) {
		tell({ text: String(error.code ?? error), denied: '', epoch: '' })
	}
})
page?.postMessage('here', '*')`

// comeBack waits until the other side has told that it is back. The browser may have
// run a Service Worker in the process that was ended: then its next start, which
// this asks for, knows of no port.
const comeBack = `
	let start
	const channel = new BroadcastChannel('start')
	channel.onmessage = ({ data }) => { start = data }
	const asking = setInterval(() => globalThis.sw?.postMessage('which'), 200)
	while (heard.length < 2 && (start ?? heard[0].start) === heard[0].start) await new Promise(resolve => setTimeout(resolve, 20))
	clearInterval(asking)
	channel.close()
	return heard[1] ?? { lost: true }`

// TestPortsAreHandedOn hands ports to all that can have one. Each comes back when
// the worker has gone, by the page that gave the port.
func TestPortsAreHandedOn(t *testing.T) {
	for _, r := range receivers {
		t.Run(r.name, func(t *testing.T) {
			if r.name == "window of another origin" {
				need(t, harness.PowerClick)
			}
			for range 8 {
				if !handOn(t, r.hand) {
					return
				}
				t.Log("the receiver ended with the worker; once more")
			}
			t.Error("no receiver outlived the worker")
		})
	}
}

// handOn hands a port on, ends the worker, and wants the receiver to come back. It
// reports whether that ended too.
func handOn(t *testing.T, hand string) (lost bool) {
	t.Helper()
	w := sharedWorld(t)
	w.server.File("/receiver.html", []byte(`<!doctype html><title>receiver</title><body><script type="module" src="receiver.js"></script>`))
	w.server.File("/receiver.js", []byte(receive))
	holder := w.at(hubHost) // in whose process the worker is
	holder.open()
	giver := w.at(hubHost)
	giver.open()
	type said struct {
		Text, Denied, Epoch string
		Lost                bool
	}
	var first said
	giver.do(&first, `
		globalThis.heard = []
		const hear = ({ data }) => data?.epoch !== undefined && heard.push(data)
		addEventListener('message', hear)
		new BroadcastChannel('said').onmessage = hear
		const { port, revoke } = await node.createPort({ origin: args[0], grants: { read: true, add: true } })
		globalThis.revoke = revoke
		`+hand+`
		while (heard.length < 1) await new Promise(resolve => setTimeout(resolve, 20))
		return heard[0]`, w.origin(hostA))
	if first.Text != "from there" || first.Denied != "not-granted" {
		t.Fatalf("got %+v; want what it added, and block.stat denied", first)
	}
	if w.engine.Lacks(harness.PowerCrash) != "" {
		return false
	}
	w.allow("the process ended")
	if err := holder.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	var second said
	giver.do(&second, comeBack)
	if second.Lost {
		return true
	}
	if second.Text != "from there" || second.Epoch == first.Epoch {
		t.Errorf("got %+v after the worker's end; want the same under another epoch", second)
	}
	return false
}
