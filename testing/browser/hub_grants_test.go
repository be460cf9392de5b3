package browser

import (
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// unpartitioned starts a world where frames of the hub have the storage of its own
// pages.
func unpartitioned(t *testing.T) *world {
	t.Helper()
	need(t, harness.PowerUnpartitioned)
	if engine() == harness.EngineChromium && workerMode() == "dedicated" {
		t.Skip("Chromium's storage access leads frames to SharedWorkers alone")
	}
	w := newOrigin(t)
	w.profile = t.TempDir()
	w.unpartitioned = []string{hubHost, hostA, hostB}
	w.launch()
	return w
}

// grant has the owner grant something to a site.
func (t *tab) grant(host, grants string) {
	t.w.t.Helper()
	t.do(nil, "await node.grants.set(args[0], "+grants+")", t.w.origin(host))
}

// TestTwoSitesShareTheHubsNode has two sites and the hub's own page on one worker:
// what one site adds the other reads, and neither does what it was not granted.
// What was granted outlives the worker and the browser, until it is revoked.
func TestTwoSitesShareTheHubsNode(t *testing.T) {
	w := unpartitioned(t)
	owner := w.at(hubHost)
	me := owner.open()
	owner.grant(hostA, "{ id: true, read: true, add: true, pin: true, rooms: ['chess/'] }")
	owner.grant(hostB, "{ id: true, read: true, rooms: ['chess/'] }")
	a, b := w.at(hostA), w.at(hostB)
	enter := func() {
		t.Helper()
		a.join("{ id: true, read: true, add: true, rooms: ['chess/'] }")
		b.join("{ id: true, read: true, rooms: ['chess/'] }")
		for i, site := range []*tab{a, b} {
			if code := site.joined(); code != "" {
				t.Fatalf("site %d got %s; want the node", i, code)
			}
			var got struct{ PeerID, Storage string }
			site.do(&got, "return { peerId: node.peerId, storage: node.storage }")
			if got.PeerID != me.PeerID || got.Storage != "unpartitioned" {
				t.Errorf("site %d got %+v; want the hub's own node", i, got)
			}
		}
	}
	enter()
	var cid, denied string
	a.do(&cid, "return `${(await node.add(random(3 * MiB, 1))).cid}`")
	b.do(nil, "await check(args[0], random(3 * MiB, 1))", cid)
	b.do(&denied, "return node.add('x').then(() => '', e => e.code)")
	if denied != "not-granted" {
		t.Errorf("an add that was not granted ended with %q", denied)
	}
	// A room of both.
	a.do(nil, "globalThis.heard = []; const { createRoom } = await import('/dist/room.js'); globalThis.room = await createRoom(node, 'chess/1', { members: true }); room.on('message', ({ data }) => heard.push(`${data}`))")
	b.do(nil, "const { createRoom } = await import('/dist/room.js'); globalThis.room = await createRoom(node, 'chess/1', { members: true }); await room.broadcast('e4')")
	a.do(nil, "while (!heard.includes('e4')) await new Promise(resolve => setTimeout(resolve, 20))")

	// The owner takes it back in the middle of a stream.
	a.do(nil, `
		globalThis.big = (await node.add(random(40 * MiB, 2))).cid
		globalThis.reading = (async () => { for await (const _ of node.cat(big)) await new Promise(resolve => setTimeout(resolve, 50)) })().then(() => 'read', e => e.code)`)
	owner.do(nil, "await node.grants.revoke(args[0])", w.origin(hostA))
	var ended string
	a.do(&ended, "return reading")
	if ended != "grants-revoked" && ended != "not-granted" && ended != "disconnected" {
		t.Errorf("the stream of a revoked site ended with %q", ended)
	}
	var after string
	a.do(&after, "return node.cat(args[0], { timeout: 30_000 }).bytes().then(() => 'read', e => e.code)", cid)
	if after != "not-granted" && after != "grants-revoked" {
		t.Errorf("a revoked site that goes on got %q", after)
	}
	b.do(nil, "await check(args[0], random(3 * MiB, 1))", cid)

	// The browser starts anew: what is granted is kept.
	if err := w.browser.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.launch()
	owner, b = w.at(hubHost), w.at(hostB)
	owner.open()
	b.join("{ read: true, rooms: ['chess/'] }")
	if code := b.joined(); code != "" {
		t.Fatalf("after a restart: got %s; want the node", code)
	}
	b.do(nil, "await check(args[0], random(3 * MiB, 1))", cid)
	var listed []string
	owner.do(&listed, "return (await collect(node.grants.list())).map(({ origin }) => origin)")
	if len(listed) != 1 || listed[0] != w.origin(hostB) {
		t.Errorf("got grants of %v; want those of %s", listed, hostB)
	}
}

// TestManyFramesOfOneSite has a page put the hub into many frames: those that wait for
// a person, and those that were refused, keep nobody out of the worker.
func TestManyFramesOfOneSite(t *testing.T) {
	w := unpartitioned(t)
	owner := w.at(hubHost)
	owner.open()
	owner.grant(hostB, "{ read: true }")
	const frames = 24
	knock := func(host string) (told map[string]int) {
		t.Helper()
		page := w.at(host)
		page.do(&told, `
			const told = {}
			const knock = async () => {
				const frame = await frameOf(args[0])
				const { port1, port2 } = new MessageChannel()
				const said = new Promise(resolve => {
					port1.onmessage = ({ data: { type, code } }) => type !== 'hello' && resolve(code ?? type)
				})
				frame.contentWindow.postMessage({ sharednode: 'hub', version: 1, want: { read: true } }, new URL(args[0]).origin, [port2])
				const what = await said
				told[what] = (told[what] ?? 0) + 1
			}
			await Promise.all(Array.from({ length: args[1] }, knock))
			return told`, w.hub(), frames)
		return told
	}
	if told := knock(hostA); told["show"] != frames {
		t.Errorf("a site that is granted nothing was told %v; want all to ask", told)
	}
	w.eventually("no frame that waits has a session", func() bool { return owner.sessions() == 1 })
	const most = 16 // ports of an origin
	if told := knock(hostB); told["granted"] != most || told["too-many-sessions"] != frames-most {
		t.Errorf("a site with a grant was told %v; want %d ports, and no more", told, most)
	}
	w.eventually("no frame that was refused has a session", func() bool { return owner.sessions() == 1+most })
}

// TestRevocationPage takes a grant back by the hub's page in a window of its own,
// with the mouse.
func TestRevocationPage(t *testing.T) {
	need(t, harness.PowerClick)
	w := sharedWorld(t)
	owner := w.at(hubHost)
	owner.open()
	owner.grant(hostA, "{ read: true }")
	page := w.page()
	page.visit(w.hub())
	page.click(middle, ".grant button")
	page.do(nil, "while (document.querySelector('.grant')) await new Promise(resolve => setTimeout(resolve, 20))")
	var left int
	owner.do(&left, "return (await collect(node.grants.list())).length")
	if left != 0 {
		t.Errorf("%d grants are left", left)
	}
}

// TestHostileEmbedder has a page forge what it can, on the hub's window and on its
// ports, while others work.
func TestHostileEmbedder(t *testing.T) {
	w := sharedWorld(t)
	w.allow("postMessage")
	owner := w.at(hubHost)
	before := owner.open()
	owner.grant(hostA, "{ read: true }")
	owner.do(nil, toil)
	a := w.at(hostA)
	var got struct{ Ports, Granted int }
	a.do(&got, `
		const frame = await frameOf(args[0])
		const hub = new URL(args[0]).origin
		let ports = 0, granted = 0
		const forged = [
			null, 5, 'hub', [], {}, { sharednode: 'hub' }, { sharednode: 'hub', version: '1' }, { sharednode: 'hub', version: {}, want: { read: true } },
			{ sharednode: 'consent' }, { sharednode: 'question', origin: hub, want: { read: true } }, { type: 'verdict', grants: { read: true, add: true } },
			{ type: 'dial', id: 1 }, { type: 'granted' }, new Uint8Array(40)
		]
		for (let i = 0; i < 1000; i++) {
			const { port1, port2 } = new MessageChannel()
			port1.onmessage = ({ data, ports: given }) => { ports += given.length; if (data.type === 'granted') granted++ }
			port1.postMessage(forged[i % forged.length])
			frame.contentWindow.postMessage(forged[i % forged.length], hub, i % 3 ? [port2] : [])
		}
		await new Promise(resolve => setTimeout(resolve, 1000))
		return { ports, granted }`, w.hub())
	if got.Ports != 0 || got.Granted != 0 {
		t.Errorf("forged messages got %+v", got)
	}
	owner.do(nil, `
		const began = rounds
		await Promise.race([toiling, (async () => { while (rounds < began + 2) await new Promise(resolve => setTimeout(resolve, 5)) })()])
		go = false
		await toiling`)
	var after peer
	owner.do(&after, "return { peerId: node.peerId, epoch: node.epoch }")
	if after != before {
		t.Errorf("the worker of the hub's pages became %+v from %+v", after, before)
	}
}

// TestBlocksOfAnotherOrigin has a page's own node read what a node of another
// origin has.
func TestBlocksOfAnotherOrigin(t *testing.T) {
	w := sharedWorld(t)
	owner := w.at(hubHost)
	owner.open()
	var cid string
	owner.do(&cid, "return `${(await node.add(random(3 * MiB, 9))).cid}`")
	a := w.at(hostA)
	a.open()
	owner.w.server.File("/receiver.html", []byte(`<!doctype html><title>giver</title><body><script type="module" src="giver.js"></script>`))
	owner.w.server.File("/giver.js", []byte(`
		import { connect } from '/dist/index.min.js'
		const node = await connect({ worker: '`+workerMode()+`' })
		const { cid } = await node.add('of the frame', { pin: true })
		const { port } = await node.createPort({ grants: { read: true } })
		parent.postMessage({ cid: String(cid) }, '*', [port])`))
	var text string
	a.do(&text, `
		const frame = document.createElement('iframe')
		frame.src = args[0] + '/receiver.html'
		const given = new Promise(resolve => addEventListener('message', resolve))
		document.body.append(frame)
		const { data, ports: [port] } = await given
		const other = await sharednode.connect({ port })
		const source = await node.addBlockSource(other)
		const text = await node.cat(data.cid, { timeout: 30_000 }).text()
		await source.stop()
		return text`, w.origin(hubHost))
	if text != "of the frame" {
		t.Errorf("got %q from the other origin's node", text)
	}
}
