package browser

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/ipfs/go-cid"
)

// What the owner has: the hostile page knows of it, and not what it is.
const (
	ownersName = "mine" // of a key, a topic and a pin
	ownersPath = "/mine"
	ownersText = "what the owner has written"
)

// readGranted are the methods that the grant to read allows, which is all that the
// hostile page has.
var readGranted = []string{
	"cat", "get", "ls", "dag.get", "dag.resolve", "dag.stat", "dag.export", "block.get", "refs", "resolve",
}

// answered is a frame that came for a call.
type answered struct {
	Type int
	Text string
}

// TestHostilePort has a page that may read what it knows the CID of do all else that
// it can on its ports, beside a tab of the node's own origin and another site's.
func TestHostilePort(t *testing.T) {
	w := unpartitioned(t)
	owner := w.at(hubHost)
	before := owner.open()
	owner.grant(hostA, "{ read: true }")
	owner.grant(hostB, "{ id: true, read: true, add: true, pin: true }")
	var known string
	owner.do(&known, `
		const [name, path, text] = args
		await node.files.write(path, text, { create: true })
		await node.key.gen(name)
		await node.pubsub.subscribe(name, () => {})
		await node.add(text, { pinName: name })
		return `+"`${(await node.add('known')).cid}`", ownersName, ownersPath, ownersText)
	var kept, left string
	owner.do(&kept, keptByOwner, ownersName)
	owner.do(nil, toil)
	b := w.at(hostB)
	b.join("{ id: true, read: true, add: true, pin: true }")
	if code := b.joined(); code != "" {
		t.Fatalf("the other site got %s; want the node", code)
	}
	b.do(nil, toil)
	a := w.at(hostA)
	a.do(nil, "globalThis.hostile = await import('/hostile.js')")

	walkMethods(t, a, known)
	forgeFrames(t, a, known)

	for name, site := range map[string]*tab{"the owner's tab": owner, "the other site": b} {
		var after peer
		site.do(&after, `
			const began = rounds
			await Promise.race([toiling, (async () => { while (rounds < began + 2) await new Promise(resolve => setTimeout(resolve, 5)) })()])
			go = false
			await toiling
			return { peerId: node.peerId, epoch: node.epoch }`)
		if after != before {
			t.Errorf("%s has the worker %+v; it was %+v", name, after, before)
		}
	}
	if owner.do(&left, keptByOwner, ownersName); left != kept {
		t.Errorf("the owner has %s; it had %s", left, kept)
	}
}

// keptByOwner is JavaScript that tells what another site could have changed.
const keptByOwner = `
	const { topics } = await node.status()
	const grants = (await collect(node.grants.list())).map(({ origin, grants }) => [origin, grants])
	const config = await node.config.getAll()
	const files = (await collect(node.files.ls('/'))).map(({ name, cid }) => [name, String(cid)])
	const names = [(await node.key.list()).map(({ name }) => name), await node.pubsub.ls(), topics]
	const named = (await collect(node.pin.ls({ name: args[0] }))).map(({ cid }) => String(cid))
	return JSON.stringify({ grants, config, files, names, named })`

// walkMethods calls every method there is, with requests of its own kind.
func walkMethods(t *testing.T, a *tab, known string) {
	type opening struct {
		Method string `json:"method"`
		Open   []int  `json:"open"` // a frame whose id is filled in as it is sent
	}
	var calls []opening
	for method, requests := range methodRequests(t, known) {
		for _, request := range requests {
			calls = append(calls, opening{method, call(0, method, request)})
		}
	}
	var answers map[string][][]answered
	a.do(&answers, `
		const dial = await hostile.enter(args[0], { read: true })
		return hostile.walk(dial, args[1], args[2])`, a.w.hub(), greeting(1), calls)
	if len(answers) < 100 {
		t.Errorf("%d methods were called; there are more", len(answers))
	}
	reads := 0
	for method, all := range answers {
		for _, frames := range all {
			last := frames[len(frames)-1]
			granted := slices.Contains(readGranted, method)
			if !granted && (len(frames) != 1 || last.Type != failure || !strings.Contains(last.Text, "not-granted")) {
				t.Errorf("%s came to %v; want it not granted", method, frames)
			}
			if granted && last.Type != failure {
				reads++
			}
			wantNothingOfOwner(t, method, frames)
		}
	}
	if reads < 5 {
		t.Errorf("%d calls of what is granted came to something: the requests are not taken for such", reads)
	}
}

func wantNothingOfOwner(t *testing.T, what string, frames []answered) {
	t.Helper()
	for _, f := range frames {
		if strings.Contains(f.Text, ownersText) {
			t.Errorf("%s tells what is the owner's: %q", what, f.Text)
		}
	}
}

// forgeFrames sends frames that are malformed or not a client's to send, in sessions
// of several ports at once.
func forgeFrames(t *testing.T, a *tab, known string) {
	const ports = 6
	sessions := make([][]forgedSession, ports)
	for i, g := range allGarbage {
		s := forgedSession{Send: g.send, Messages: [][]int{g.bytes}}
		if g.greet {
			s.Hello = greeting(1)
		}
		sessions[i%ports] = append(sessions[i%ports], s)
	}
	f := newForger(methodRequests(t, known))
	for i := range sessions {
		for range 30 {
			sessions[i] = append(sessions[i], f.session())
		}
	}
	var told []struct {
		Sent  int
		Ended map[string]int
		Texts []string
	}
	a.do(&told, `
		const { enter, forge } = hostile
		return Promise.all(args[1].map(async sessions => forge(await enter(args[0], { read: true }), sessions)))`, a.w.hub(), sessions)
	sent, ended := 0, map[string]int{}
	for _, port := range told {
		sent += port.Sent
		for code, n := range port.Ended {
			ended[code] += n
		}
		for _, text := range port.Texts {
			wantNothingOfOwner(t, "a forged frame", []answered{{Text: text}})
		}
	}
	if sent < 1000 || ended["protocol-error"] < 50 {
		t.Errorf("%d frames were sent, and sessions ended with %v; want thousands, and most sessions with an error", sent, ended)
	}
	t.Logf("%d frames in sessions that ended with %v", sent, ended)
}

// methodRequests has the requests of each method that there is: none, and samples of
// its own kind, as they are and with every text and CID in them a known one.
func methodRequests(t *testing.T, known string) map[string][][]byte {
	t.Helper()
	samples := requestSamples(t)
	kinds := methodKinds(t)
	c := cid.MustParse(known)
	all := map[string][][]byte{}
	for method, kind := range kinds {
		all[method] = [][]byte{encode(nil)}
		for _, sample := range samples[kind] {
			if !slices.Contains(readGranted, method) { // those could be read for long in vain
				all[method] = append(all[method], sample)
			}
			var decoded any
			if err := cbor.Unmarshal(sample, &decoded); err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{known, ownersPath, ownersName} {
				all[method] = append(all[method], encode(replaced(decoded, text, c.Bytes())))
			}
		}
	}
	return all
}

// methodKinds has the type of each method's request, as its declaration says.
func methodKinds(t *testing.T) map[string]string {
	t.Helper()
	const source = "../../messageport/nodeapi/methods.go"
	parsed, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`^Method\w+: (\w+) →`)
	kinds := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		method, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		said := declared.FindStringSubmatch(spec.Doc.Text())
		if err != nil || said == nil {
			t.Fatalf("%s: the declaration of %s does not say what it takes", source, spec.Names[0])
		}
		kinds[method] = said[1]
		return true
	})
	return kinds
}

// requestSamples has CBOR of each type of the API.
func requestSamples(t *testing.T) map[string][][]byte {
	t.Helper()
	data, err := os.ReadFile("../../messageport/nodeapi/testdata/types.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct{ Type, CBOR string }
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	samples := map[string][][]byte{}
	for _, v := range vectors {
		sample, err := hex.DecodeString(v.CBOR)
		if err != nil {
			t.Fatal(err)
		}
		samples[v.Type] = append(samples[v.Type], sample)
	}
	return samples
}

// replaced is a value with others in the place of those in it.
func replaced(value any, text string, bytes []byte) any {
	switch v := value.(type) {
	case map[any]any:
		changed := map[any]any{}
		for key, field := range v {
			changed[key] = replaced(field, text, bytes)
		}
		return changed
	case []any:
		changed := make([]any, len(v))
		for i, item := range v {
			changed[i] = replaced(item, text, bytes)
		}
		return changed
	case string:
		return text
	case bool: // offline, say, which is not granted
		return false
	case []byte:
		return bytes
	}
	return value
}

// A forgedSession is what is sent on one port.
type forgedSession struct {
	Hello    []int   `json:"hello"` // nil: there is none
	Send     string  `json:"send"`  // JavaScript: the messages, if it is set
	Messages [][]int `json:"messages"`
}

// A forger makes frames up, out of real ones.
type forger struct {
	random   *rand.Rand
	requests map[string][][]byte
	methods  []string
}

func newForger(requests map[string][][]byte) *forger {
	return &forger{rand.New(rand.NewPCG(3, 3)), requests, slices.Sorted(maps.Keys(requests))}
}

func (f *forger) session() forgedSession {
	s := forgedSession{Hello: greeting(1)}
	if f.random.IntN(4) == 0 {
		s.Hello = nil
	}
	for id := range uint32(5 + f.random.IntN(5)) {
		message := f.message(id + 1)
		if f.random.IntN(3) == 0 {
			message = f.spoiled(message)
		}
		s.Messages = append(s.Messages, message)
	}
	return s
}

// message is one frame as it may be, at another time or from somebody else.
func (f *forger) message(id uint32) []int {
	switch f.random.IntN(16) {
	case 0:
		return greeting(1)
	case 1:
		return greeting(f.random.IntN(1000), 2, 1)
	case 2:
		return frame(bind, 0, 0, f.noise(32))
	case 3:
		return frame(welcome, 0, 0, encode(map[string]any{"version": 1, "window": 1 << 20, "maxFrame": 1 << 20, "maxCalls": 1 << 20, "maxUploads": 9}))
	case 4:
		return frame(result, 0, id, encode(map[string]any{"grants": map[string]any{"add": true}}))
	case 5:
		return frame(item, byte(f.random.IntN(2)), id, encode(map[string]any{"path": ".." + ownersPath}))
	case 6:
		return frame(data, byte(f.random.IntN(2)), id, f.noise(1+f.random.IntN(100)))
	case 7:
		return frame(credit, 0, id, f.noise(4))
	case 8:
		return frame(cancel, 0, id, encode(map[string]any{"code": "canceled", "message": ""}))
	case 9:
		return frame(byte(f.random.Uint32()), byte(f.random.Uint32()), f.random.Uint32(), f.noise(f.random.IntN(64)))
	case 10:
		return call(id, fmt.Sprint("grants.", f.random.Uint32()), encode(nil))
	case 11:
		return call(id, f.methods[f.random.IntN(len(f.methods))], f.noise(f.random.IntN(64)))
	}
	method := f.methods[f.random.IntN(len(f.methods))]
	requests := f.requests[method]
	return call(id, method, requests[f.random.IntN(len(requests))])
}

// spoiled is a message that is malformed, as a rule.
func (f *forger) spoiled(message []int) []int {
	switch f.random.IntN(5) {
	case 0:
		message[f.random.IntN(len(message))] ^= 1 << f.random.IntN(8)
	case 1:
		message = message[:f.random.IntN(len(message))]
	case 2:
		message = append(message, f.random.IntN(256))
	case 3:
		copy(message[8:12], []int{f.random.IntN(256), 0xff, 0xff, 0xff})
	case 4:
		message[0] = f.random.IntN(256)
	}
	return message
}

func (f *forger) noise(n int) []byte {
	noise := make([]byte, n)
	for i := range noise {
		noise[i] = byte(f.random.Uint32())
	}
	return noise
}
