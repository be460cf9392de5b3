package browser

import (
	"encoding/json"
	"strings"
	"testing"
)

// absent is a CID of something that no test adds.
const absent = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

// badInput is an error that a page can cause: what it does, the code it gets,
// and a value that the error has to name.
type badInput struct {
	name, body, code, names string
}

// Some have to be given something first.
const (
	aFile      = "const { cid: file } = await node.add('a file', { pin: false });"
	aDirectory = "const { cid: dir } = await node.add({ path: 'd/f', content: 'x' }, { pin: false, wrapWithDirectory: true });"
	aNode      = "const value = await node.dag.put({ a: { b: 1 } });"
)

var badInputs = []badInput{
	{"cat: a block that is not there", "await drain(node.cat('" + absent + "', { offline: true }))", "not-found", absent},
	{"cat: no CID", "await drain(node.cat('nonsense'))", "invalid-cid", "nonsense"},
	{"cat: an empty path", "await drain(node.cat(''))", "invalid-path", ""},
	{"cat: a number", "await drain(node.cat(5))", "invalid-cid", "5"},
	{"cat: a name that is not there", aDirectory + "await drain(node.cat(`${dir}/missing`))", "no-link", "missing"},
	{"cat: a directory", aDirectory + "await drain(node.cat(dir))", "not-a-file", ""},
	{"cat: a node that is no file", aNode + "await drain(node.cat(value))", "not-a-file", ""},
	{"cat: a name in a file", aFile + "await drain(node.cat(`${file}/x`))", "not-a-directory", "/x"},
	{"cat: a negative offset", aFile + "await drain(node.cat(file, { offset: -1 }))", "invalid-option", "offset"},
	{"cat: a length in words", aFile + "await drain(node.cat(file, { length: 'all' }))", "invalid-option", "all"},
	{"ls: a block that is not there", "await drain(node.ls('" + absent + "', { offline: true }))", "not-found", absent},
	{"get: a block that is not there", "await drain(node.get('" + absent + "', { offline: true }))", "not-found", absent},
	{"get: a level of compression", aFile + "await drain(node.get(file, { compress: true, compressionLevel: 44 }))", "invalid-option", "44"},

	{"add: a chunker of size 0", "await node.add('x', { chunker: 'size-0' })", "invalid-chunker", "size-0"},
	{"add: a chunker over the limit", "await node.add('x', { chunker: 'size-99999999999' })", "invalid-chunker", "size-99999999999"},
	{"add: an unknown chunker", "await node.add('x', { chunker: 'banana' })", "invalid-chunker", "banana"},
	{"add: a chunker that is a number", "await node.add('x', { chunker: 1024 })", "invalid-option", "1024"},
	{"add: an unknown hash", "await node.add('x', { hashAlg: 'md9' })", "unknown-hash", "md9"},
	{"add: an unsafe hash", "await node.add('x', { hashAlg: 'md5' })", "unknown-hash", "md5"},
	{"add: an unknown profile", "await node.add('x', { profile: 'unixfs-v9' })", "invalid-option", "unixfs-v9"},
	{"add: CID version 2", "await node.add('x', { cidVersion: 2 })", "invalid-option", "2"},
	{"add: CID version in words", "await node.add('x', { cidVersion: 'one' })", "invalid-option", "one"},
	{"add: CID version 0 with another hash", "await node.add('x', { cidVersion: 0, hashAlg: 'sha2-512', rawLeaves: false })", "invalid-option", "cidVersion"},
	{"add: raw leaves in words", "await node.add('x', { rawLeaves: 'yes' })", "invalid-option", "rawLeaves"},
	{"add: pin as a number", "await node.add('x', { pin: 1 })", "invalid-option", "pin"},
	{"add: progress that is no function", "await node.add('x', { progress: {} })", "invalid-option", "progress"},
	{"add: options that are none", "await node.add('x', 'fast')", "invalid-option", "fast"},
	{"add: a number", "await node.add(42)", "invalid-source", "42"},
	{"add: null", "await node.add(null)", "invalid-source", "null"},
	{"add: nothing", "await node.add()", "invalid-source", "undefined"},
	{"add: an object", "await node.add({ name: 'x' })", "invalid-source", "Object"},
	{"add: a function", "await node.add(() => 'x')", "invalid-source", ""},
	{"add: content of a wrong type", "await node.add({ path: 'p', content: 5 })", "invalid-source", "5"},
	{"add: a source of numbers", "await node.add([1, 2, 3])", "invalid-source", "1"},
	{"add: a source that throws", "await node.add((async function * () { yield 'half'; throw new Error('no more') })())", "source-error", "no more"},
	{"add: a stream that errs", "await node.add(new ReadableStream({ pull (c) { c.error(new Error('cut off')) } }))", "source-error", "cut off"},
	{"add: a second file that throws", "await drain(node.addAll([{ path: 'ok', content: 'x' }, { path: 'bad', content: (function * () { yield random(3 * MiB, 1); throw new Error('no more') })() }]))", "source-error", "bad"},
	{"add: a list that throws", "await drain(node.addAll((async function * () { yield { path: 'ok', content: 'x' }; throw new Error('no list') })()))", "source-error", "no list"},
	{"add: a file that shrinks", "await node.add({ size: 100, slice: () => new Blob(['short']), arrayBuffer: () => {} })", "source-changed", "100"},
	{"add: a file that is gone", "await node.add({ size: 100, slice: () => ({ arrayBuffer: async () => { throw new DOMException('gone', 'NotReadableError') } }), arrayBuffer: () => {} })", "source-changed", "100"},
	{"add: a path that leads out", "await node.add({ path: '../x', content: 'x' })", "invalid-path", "../x"},
	{"add: a path with an empty part", "await node.add({ path: 'a//b', content: 'x' })", "invalid-path", "a//b"},
	{"add: a path that is a number", "await node.add({ path: 5, content: 'x' })", "invalid-option", "5"},
	{"add: a mode in words", "await node.add({ path: 'a', content: 'x', mode: 'rwx' })", "invalid-option", "rwx"},
	{"add: a time in words", "await node.add({ path: 'a', content: 'x', mtime: 'noon' })", "invalid-option", "noon"},
	{"addAll: what cannot be iterated", "await drain(node.addAll(5))", "invalid-source", "5"},

	{"dag.put: an unknown codec", "await node.dag.put({}, { storeCodec: 'dag-toml' })", "unknown-codec", "dag-toml"},
	{"dag.put: an unknown hash", "await node.dag.put({}, { hashAlg: 'md9' })", "unknown-hash", "md9"},
	{"dag.put: undefined", "await node.dag.put(undefined)", "invalid-value", ""},
	{"dag.put: a function inside", "await node.dag.put({ f: () => 1 })", "invalid-value", ""},
	{"dag.put: a circle", "const a = {}; a.a = a; await node.dag.put(a)", "invalid-value", ""},
	{"dag.put: not a number", "await node.dag.put({ n: NaN })", "invalid-value", ""},
	{"dag.put: bytes that the codec cannot read", "await node.dag.put(new Uint8Array([0xff, 0xff]), { inputCodec: 'dag-cbor' })", "invalid-block", ""},
	{"dag.put: an input codec for what is no bytes", "await node.dag.put({}, { inputCodec: 'dag-cbor' })", "invalid-option", "dag-cbor"},
	{"dag.get: a block that is not there", "await node.dag.get('bafyreihdb57fdysx5h35urvxz64ros7zvywshber7id6t6c6fek37jgyfe', { offline: true })", "not-found", "bafyreihdb57fdysx5h35urvxz64ros7zvywshber7id6t6c6fek37jgyfe"},
	{"dag.get: a path that ends early", aNode + "await node.dag.get(value, { path: '/a/c' })", "no-link", "c"},
	{"dag.get: no CID", "await node.dag.get('x')", "invalid-cid", "x"},
	{"dag.resolve: a path that ends early", aNode + "await node.dag.resolve(value, { path: 'nope/b' })", "no-link", "nope"},

	{"block.put: over the limit", "await node.block.put(random(5 * MiB, 1))", "block-too-large", "2097152"},
	{"block.put: text", "await node.block.put('text')", "invalid-source", "text"},
	{"block.put: bytes of another CID", "await node.block.put(random(10, 1), { cid: '" + absent + "' })", "invalid-block", absent},
	{"block.put: an unknown codec", "await node.block.put(random(10, 1), { format: 'dag-toml' })", "unknown-codec", "dag-toml"},
	{"block.put: an unknown hash", "await node.block.put(random(10, 1), { mhtype: 'md9' })", "unknown-hash", "md9"},
	{"block.get: no CID", "await node.block.get('x')", "invalid-cid", "x"},
	{"block.get: not there", "await node.block.get('" + absent + "', { offline: true })", "not-found", absent},
	{"block.stat: not there", "await node.block.stat('" + absent + "', { offline: true })", "not-found", absent},
	{"block.rm: not there", "for await (const { error } of node.block.rm('" + absent + "')) if (error) throw error", "not-found", absent},
	{"block.rm: pinned", "const { cid } = await node.add('kept'); try { for await (const { error } of node.block.rm(cid)) if (error) throw error } finally { await node.pin.rm(cid) }", "pinned", ""},

	{"pin.add: not there", "await node.pin.add('" + absent + "', { offline: true })", "not-found", absent},
	{"pin.rm: not pinned", aFile + "await node.pin.rm(file)", "not-pinned", ""},
	{"pin.ls: an unknown type", "await drain(node.pin.ls({ type: 'loose' }))", "invalid-option", "loose"},
	{"pin.ls: a path that is not pinned", aFile + "await drain(node.pin.ls({ paths: [file] }))", "not-pinned", ""},

	{"a call that takes too long", "await node.add(stuck(1, 1), { timeout: 300 })", "timeout", "300"},
	{"a timeout in words", "await node.id({ timeout: 'soon' })", "invalid-option", "soon"},
	{"a signal that is none", "await node.id({ signal: true })", "invalid-option", "signal"},

	{"connect: an unknown durability", "await sharednode.connect({ config: { durability: 'forever' }, repo: 'other' })", "invalid-option", "forever"},
	{"connect: a limit below nothing", "await sharednode.connect({ config: { storageMax: -1 } })", "invalid-option", "storageMax"},
	{"connect: an unknown field", "await sharednode.connect({ config: { colour: 'red' } })", "invalid-option", "colour"},
	{"connect: an unknown way with conflicts", "await sharednode.connect({ onConflict: 'fight' })", "invalid-option", "fight"},
	{"connect: a repo that is a number", "await sharednode.connect({ repo: 5 })", "invalid-option", "5"},
	{"connect: a worker's URL that is none", "await sharednode.connect({ workerURL: 'http://[' })", "invalid-option", "workerURL"},
}

func TestBadInputHasACodeAndLeavesNothing(t *testing.T) {
	w := sharedWorld(t)
	page := w.tab()
	for _, c := range badInputs {
		t.Run(c.name, func(t *testing.T) {
			thrown := page.thrown(c.body)
			if thrown.Code != c.code {
				t.Errorf("got %q (%s); want %q", thrown.Code, thrown.Message, c.code)
			}
			details, err := json.Marshal(thrown.Details)
			if err != nil {
				t.Fatal(err)
			}
			if said := thrown.Message + string(details); !strings.Contains(said, c.names) {
				t.Errorf("the error does not name %q: %s", c.names, said)
			}
		})
	}
	page.gc()
	if k := page.kept(); k.Objects != 0 || len(k.Pins) != 0 {
		t.Errorf("of what failed there is left: %+v", k)
	}
	if n := page.sessions(); n != 1 {
		t.Errorf("got %d sessions", n)
	}
}

func TestAbortRejectsWithItsOwnReason(t *testing.T) {
	w := sharedWorld(t)
	page := w.tab()
	for name, body := range map[string]string{
		"before": "await node.id({ signal: AbortSignal.abort(new Error('my reason')) })",
		"add": `
			const stop = new AbortController()
			await node.add(stuck(3, 1), { signal: stop.signal, progress: bytes => { if (bytes >= MiB) stop.abort(new Error('my reason')) } })`,
		"cat": `
			const { cid } = await node.add(random(20 * MiB, 9), { pin: false })
			const stop = new AbortController()
			for await (const _ of node.cat(cid, { signal: stop.signal })) stop.abort(new Error('my reason'))`,
	} {
		t.Run(name, func(t *testing.T) {
			if thrown := page.thrown(body); thrown.Message != "my reason" {
				t.Errorf("got %v", thrown)
			}
		})
	}
	w.eventually("no call is left", func() bool { return page.calls("add", "cat") == 0 })
	page.gc()
	if k := page.kept(); k.Objects != 0 {
		t.Errorf("there is left: %+v", k)
	}
}

func TestOddInputThatIsFine(t *testing.T) {
	w := sharedWorld(t)
	page := w.tab()
	for _, c := range []struct{ name, body, want string }{
		{"an empty file", "return (await node.add('')).cid", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
		{"no chunks", "return (await node.add([])).cid", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
		{"chunks of 0 bytes", "return (await node.add([new Uint8Array(0), 'hello', '', ' world', new ArrayBuffer(0)])).cid", absent},
		{"an empty Blob", "return (await node.add(new Blob([]))).cid", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
		{"a view on a part of a buffer", "return (await node.add(new TextEncoder().encode('<hello world>').subarray(1, 12))).cid", absent},
		{"a stream", "return (await node.add(new Blob(['hello world']).stream())).cid", absent},
		{"CIDv0", "return (await node.add('hello world', { profile: 'unixfs-v0-2015' })).cid", "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD"},
		{"past the end", "const { cid } = await node.add('short'); return 'nothing' + await collect(node.cat(cid, { offset: 100 }))", "nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got string
			page.do(&got, "return String(await (async () => {"+c.body+"})())")
			if got != c.want {
				t.Errorf("got %s; want %s", got, c.want)
			}
		})
	}
}
