package browser

import (
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestStreamsToAPeer(t *testing.T) {
	native, id, addr := newPeer(t)
	w := sharedWorld(t)
	for protocol, handler := range map[string]func(nodeapi.Stream){
		"/echo/1":  echo,
		"/reset/1": func(s nodeapi.Stream) { _, _ = s.Read(make([]byte, 1)); _ = s.Reset() },
	} {
		remove, err := native.HandleProtocol(protocol, handler)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(remove)
	}
	tab := w.tab()
	tab.do(nil, `
		const told = new Promise(resolve => node.addEventListener('peer:connect', ({detail}) => resolve(detail)))
		await node.swarm.connect(args[1])
		if (await told !== args[0]) throw new Error('told of another peer')
		const [peer] = await node.swarm.peers()
		if (peer.peer !== args[0] || peer.direction !== 'outbound') throw new Error(JSON.stringify(peer))
		const pings = await collect(node.ping(args[0], {count: 2}))
		if (pings.filter(({success, time}) => success && time > 0).length < 2) throw new Error(JSON.stringify(pings))`, id, addr)

	// 4 MiB there and back, four streams at once, written as fast as they go.
	tab.do(nil, `
		const want = random(4 * MiB, 1)
		async function * pieces () { for (let at = 0; at < want.length; at += 100_000) yield want.subarray(at, at + 100_000) }
		await Promise.all([1, 2, 3, 4].map(async () => {
			const stream = await node.libp2p.dialProtocol(args[0], ['/none/1', '/echo/1'])
			if (stream.protocol !== '/echo/1' || stream.remotePeer !== args[0]) throw new Error(stream.protocol)
			const sent = stream.sink(pieces())
			let at = 0
			for await (const chunk of stream) {
				if (chunk.some((byte, i) => byte !== want[at + i])) throw new Error('wrong bytes after ' + at)
				at += chunk.length
			}
			await sent
			if (at !== want.length) throw new Error(at + ' bytes came back')
		}))`, id)

	for what, code := range map[string]string{
		"await collect(await spoken('/reset/1', 'x'))":                    "stream-reset",
		"await node.libp2p.dialProtocol(args[0], '/none/1')":              "protocol-not-supported",
		"await node.libp2p.dialProtocol('12D3KooWNotAPeer', '/echo/1')":   "invalid-peer-id",
		"await node.swarm.connect('/ip4/127.0.0.1/tcp/1/p2p/' + args[0])": "undialable-address",
		"await node.swarm.connect('nonsense/')":                           "invalid-address",
		"await node.libp2p.handle('/ipfs/ping/1.0.0', () => {})":          "protocol-reserved",
	} {
		thrown := tab.thrown(`
			const spoken = async (protocol, text) => {
				const stream = await node.libp2p.dialProtocol(args[0], protocol)
				await stream.write(text)
				return stream
			}
			`+what, id)
		if thrown.Code != code {
			t.Errorf("%s: got %v; want code %q", what, thrown, code)
		}
	}
}

func TestTheTabThatAskedLastHasTheProtocol(t *testing.T) {
	native, _, addr := newPeer(t)
	w := sharedWorld(t)
	first, second := w.page(), w.page()
	self := first.open().PeerID
	second.open()
	first.do(nil, "await node.swarm.connect(args[0])", addr)
	const handle = `
		await node.libp2p.handle('/who/1', async ({stream, connection}) => {
			if (connection.remotePeer !== stream.remotePeer) throw new Error('whose?')
			for await (const bytes of stream) await stream.write(args[0] + ' hears ' + new TextDecoder().decode(bytes))
			await stream.close()
		})`
	answers := func(want string) {
		t.Helper()
		got, err := converse(t.Context(), native, self, "/who/1", "hello")
		if err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	first.do(nil, handle, "first")
	answers("first hears hello")
	second.do(nil, handle, "second")
	answers("second hears hello")
	second.close()
	w.eventually("the second tab's session is gone", func() bool { return first.sessions() == 1 })
	// WebKit may have started the worker anew, which then knows no peers.
	first.do(nil, "await node.swarm.connect(args[0])", addr)
	answers("first hears hello")
	first.do(nil, "await node.libp2p.unhandle('/who/1')")
	if _, err := converse(t.Context(), native, self, "/who/1", "hello"); nodeapi.CodeOf(err) != nodeapi.CodeProtocolNotSupported {
		t.Errorf("a protocol that nobody handles: %v", err)
	}
}

func TestConfigurationThatIsNotTaken(t *testing.T) {
	_, id, addr := newPeer(t)
	w := sharedWorld(t)
	page := w.page()
	for _, test := range []struct{ config, code string }{
		{"{bootstrap: ['nonsense']}", "invalid-address"},
		{"{relays: ['/ip4/127.0.0.1/tcp/1/ws']}", "invalid-address"}, // of whom?
		{"{bootstrap: ['/ip4/127.0.0.1/tcp/1/p2p/' + args[0]]}", "undialable-address"},
		{"{swarm: ['/ip4/127.0.0.1/tcp/1/ws']}", "undialable-address"},
		{"{network: 'sometimes'}", "invalid-option"},
		{"{topics: ['']}", "invalid-option"},
	} {
		thrown := page.thrown("await open({config: "+test.config+"})", id)
		if thrown.Code != test.code {
			t.Errorf("%s: got %v; want code %q", test.config, thrown, test.code)
		}
	}
	page.do(nil, `
		await open({config: {bootstrap: [args[1]]}})
		await new Promise(resolve => node.addEventListener('peer:connect', resolve))`, id, addr)
}

func TestOfflineNode(t *testing.T) {
	_, id, addr := newPeer(t)
	w := sharedWorld(t)
	page := w.page()
	page.do(nil, "await open({config: {network: 'offline'}})")
	for _, call := range []string{
		"node.swarm.connect(args[1])", "node.libp2p.dialProtocol(args[0], '/echo/1')", "node.pubsub.publish('topic', 'x')",
		"node.pubsub.subscribe('topic', () => {})", "enter('room')", "drain(node.ping(args[0]))",
	} {
		var code string
		page.do(&code, "return "+call+".then(() => '', error => error.code)", id, addr)
		if code != string(nodeapi.CodeOffline) {
			t.Errorf("%s: got code %q", call, code)
		}
	}
	page.do(nil, `
		const { cid } = await node.add('hello')
		if (await node.isOnline() || (await collect(node.cat(cid))).length !== 1) throw new Error('it is no node')`)
}

// TestPeersOfEachKey connects to peers with each kind of key that libp2p has: what
// they sign is verified in the worker, by the browser where it is ECDSA.
func TestPeersOfEachKey(t *testing.T) {
	keys := map[string]func() (crypto.PrivKey, crypto.PubKey, error){
		"Ed25519":   func() (crypto.PrivKey, crypto.PubKey, error) { return crypto.GenerateEd25519Key(rand.Reader) },
		"RSA":       func() (crypto.PrivKey, crypto.PubKey, error) { return crypto.GenerateRSAKeyPair(2048, rand.Reader) },
		"secp256k1": func() (crypto.PrivKey, crypto.PubKey, error) { return crypto.GenerateSecp256k1Key(rand.Reader) },
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		keys["ECDSA with "+curve.Params().Name] = func() (crypto.PrivKey, crypto.PubKey, error) {
			return crypto.GenerateECDSAKeyPairWithCurve(curve, rand.Reader)
		}
	}
	addresses := map[string]string{}
	for name, generate := range keys {
		key, _, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		host, err := libp2p.New(libp2p.Identity(key), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0/ws"), libp2p.DisableRelay())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = host.Close() })
		addresses[name] = host.Addrs()[0].String() + "/p2p/" + host.ID().String()
	}
	tab := sharedWorld(t).tab()
	for name, address := range addresses {
		if err := tab.try(nil, "await node.swarm.connect(args[0])", address); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
