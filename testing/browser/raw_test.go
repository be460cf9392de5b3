package browser

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// The frame types that these tests speak of; package messageport has them all.
const (
	hello   = 0x01
	welcome = 0x02
	refuse  = 0x03
	bind    = 0x04
	open    = 0x10
	data    = 0x11
	item    = 0x12
	credit  = 0x13
	cancel  = 0x14
	result  = 0x15
	failure = 0x16
	goodbye = 0x22
)

// rawLock is what the page holds that the raw ports belong to.
const rawLock = "held by the raw ports' page"

// frame is one frame, as JavaScript is handed it.
func frame(kind, flags byte, call uint32, payload []byte) []int {
	bytes := []byte{kind, flags, 0, 0}
	bytes = binary.BigEndian.AppendUint32(bytes, call)
	bytes = binary.BigEndian.AppendUint32(bytes, uint32(len(payload)))
	return numbers(append(bytes, payload...))
}

func numbers(bytes []byte) []int {
	list := make([]int, len(bytes))
	for i, b := range bytes {
		list[i] = int(b)
	}
	return list
}

func encode(value any) []byte {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	bytes, err := mode.Marshal(value)
	if err != nil {
		panic(err)
	}
	return bytes
}

func greeting(versions ...int) []int {
	return frame(hello, 0, 0, encode(map[string]any{
		"versions": versions, "client": "raw", "lock": rawLock, "window": 1 << 20,
		"app": map[string]any{"config": map[string]any{}},
	}))
}

// call opens a call with no stream of its own.
func call(id uint32, method string, request []byte) []int {
	payload := append([]byte{byte(len(method))}, method...)
	return frame(open, 1, id, append(payload, request...))
}

// garbage is what a page may post on a raw port.
type garbage struct {
	name  string
	greet bool   // say hello first
	send  string // JavaScript: the messages, from args[1]
	bytes []int
	ends  byte   // the frame that tells of the end
	code  string // in it
}

const asBytes = "[new Uint8Array(args[1])]"

var allGarbage = []garbage{
	{name: "text", send: "['hello']", ends: goodbye, code: "protocol-error"},
	{name: "nothing", send: "[undefined]", ends: goodbye, code: "protocol-error"},
	{name: "null", greet: true, send: "[null]", ends: goodbye, code: "protocol-error"},
	{name: "an object", send: "[{ type: 'query', id: 1 }]", ends: goodbye, code: "protocol-error"},
	{name: "what says it has bytes", greet: true, send: "[{ byteLength: 50 }]", ends: goodbye, code: "protocol-error"},
	{name: "what says it has fewer than none", greet: true, send: "[{ byteLength: -1 }]", ends: goodbye, code: "protocol-error"},
	{name: "a circle of objects", greet: true, send: "(() => { const a = {}; a.a = a; return [a] })()", ends: goodbye, code: "protocol-error"},
	{name: "no bytes", greet: true, send: "[new Uint8Array(0)]", ends: goodbye, code: "protocol-error"},
	{name: "noise", greet: true, send: "[random(1000, 7)]", ends: goodbye, code: "protocol-error"},
	{name: "noise for a hello", send: "[random(1000, 7)]", ends: goodbye, code: "protocol-error"},
	{name: "a message over the limit", greet: true, send: "[new Uint8Array(3 * MiB)]", ends: goodbye, code: "frame-too-large"},
	{name: "a gigabyte announced", greet: true, send: asBytes, bytes: append(frame(data, 0, 1, nil)[:8], 0x40, 0, 0, 0), ends: goodbye, code: "frame-too-large"},
	{name: "a message that ends early", greet: true, send: asBytes, bytes: frame(data, 0, 1, []byte("abc"))[:13], ends: goodbye, code: "protocol-error"},
	{name: "a call before hello", send: asBytes, bytes: call(1, "id", encode(nil)), ends: goodbye, code: "protocol-error"},
	{name: "hello twice", greet: true, send: asBytes, bytes: greeting(1), ends: goodbye, code: "protocol-error"},
	{name: "a hello of another age", send: asBytes, bytes: greeting(77), ends: refuse, code: "version-unsupported"},
	{name: "a hello that is no CBOR", send: asBytes, bytes: frame(hello, 0, 0, []byte{0xff, 0xff}), ends: refuse, code: "bad-request"},
	{name: "reserved bits", greet: true, send: asBytes, bytes: frame(data, 0x80, 1, []byte("x")), ends: goodbye, code: "protocol-error"},
	{name: "an unknown type", greet: true, send: asBytes, bytes: frame(0x7f, 0, 1, nil), ends: goodbye, code: "protocol-error"},
	{name: "a call with no method", greet: true, send: asBytes, bytes: frame(open, 1, 1, nil), ends: goodbye, code: "protocol-error"},
	{name: "data for no call", greet: true, send: asBytes, bytes: frame(data, 0, 9, []byte("x")), ends: goodbye, code: "protocol-error"},
	{name: "credit of nothing", greet: true, send: asBytes, bytes: frame(credit, 0, 1, []byte{0, 0, 0, 0}), ends: goodbye, code: "protocol-error"},
	{name: "an item over the limit", greet: true, send: asBytes, bytes: frame(item, 0, 1, make([]byte, 40_000)), ends: goodbye, code: "frame-too-large"},
	{name: "a call id again", greet: true, send: "[new Uint8Array(args[1]), new Uint8Array(args[1])]", bytes: call(1, "id", encode(nil)), ends: goodbye, code: "protocol-error"},
	{name: "a flood of calls", greet: true, send: `Array.from({ length: 5000 }, (_, i) => {
		const message = new Uint8Array(args[1])
		new DataView(message.buffer).setUint32(4, i + 1)
		return message
	})`, bytes: frame(open, 0, 0, append([]byte("\x03add"), encode(map[string]any{})...)), ends: goodbye, code: "too-many-calls"},
	{name: "an unknown method", greet: true, send: asBytes, bytes: call(1, "pin.everything", encode(nil)), ends: failure, code: "unknown-method"},
	{name: "a request of the wrong type", greet: true, send: asBytes, bytes: call(1, "cat", encode([]int{1, 2})), ends: failure, code: "bad-request"},
	{name: "a request that is no CBOR", greet: true, send: asBytes, bytes: call(1, "cat", []byte{0x5f, 0xff, 0xff}), ends: failure, code: "bad-request"},
	{name: "a field of the wrong type", greet: true, send: asBytes, bytes: call(1, "cat", encode(map[string]any{"path": 5})), ends: failure, code: "invalid-path"},
	{name: "a CID of noise", greet: true, send: asBytes, bytes: call(1, "block.get", encode(map[string]any{"cid": []byte{1, 2, 3}})), ends: failure, code: "invalid-cid"},
	{name: "a request nested a thousand deep", greet: true, send: asBytes, bytes: call(1, "cat", append([]byte(strings.Repeat("\x81", 1000)), 0xf6)), ends: failure, code: "bad-request"},
}

// TestGarbageEndsOneSessionAlone posts all kinds of garbage on ports of their
// own while another tab adds and reads.
func TestGarbageEndsOneSessionAlone(t *testing.T) {
	w := sharedWorld(t)
	works := w.tab()
	epoch := ""
	works.do(&epoch, `
		globalThis.go = true
		globalThis.working = (async () => {
			let rounds = 0
			for (; go || rounds < 2; rounds++) {
				const { cid } = await node.add(random(6 * MiB, rounds), { timeout: 120_000 })
				await check(cid, random(6 * MiB, rounds))
			}
			return rounds
		})()
		working.catch(() => {})
		return node.epoch`)
	worker := w.server.Origin() + "/dist/worker.js"
	attacks := w.page()
	attacks.do(nil, "navigator.locks.request(args[0], () => new Promise(() => {}))", rawLock)
	for _, g := range allGarbage {
		t.Run(g.name, func(t *testing.T) {
			var text string
			if err := attacks.try(&text, fmt.Sprintf(`
				const port = raw(args[2])
				if (args[0]) {
					port.send(new Uint8Array(args[0]))
					await port.until(%d, 20_000)
				}
				for (const message of %s) port.send(message)
				return (await port.until(%d, 20_000)).text`, welcome, g.send, g.ends), greet(g), g.bytes, worker); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(text, g.code) {
				t.Errorf("got %q; want it to say %s", text, g.code)
			}
		})
	}
	var rounds int
	works.do(&rounds, "go = false; return working")
	var after string
	works.do(&after, "await node.isOnline(); return node.epoch")
	if after != epoch {
		t.Errorf("the worker was restarted: epoch %s became %s", epoch, after)
	}
	attacks.close() // at which WebKit may start the worker anew
	w.eventually("the sessions of the garbage are gone", func() bool { return works.sessions() == 1 })
	t.Logf("%d rounds of add and cat beside it", rounds)
}

func greet(g garbage) []int {
	if !g.greet {
		return nil
	}
	return greeting(1)
}
