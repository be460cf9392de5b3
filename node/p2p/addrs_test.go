//go:build !js

package p2p

import (
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FuzzAddresses has whatever text tabs give understood or refused with a code,
// and no harm done.
func FuzzAddresses(f *testing.F) {
	const id = "/p2p/12D3KooWRWKyrpwj35bYDxr9upS4wsH4LwChwBicopSRfxBr47M3"
	for _, seed := range []string{
		"", "/", "//", "/p2p", id, "/ip4/127.0.0.1/tcp/1/ws" + id, "/dnsaddr/example.com" + id,
		"/ip4/127.0.0.1/tcp/1/ws" + id + "/p2p-circuit", "/p2p-circuit" + id, "/p2p-circuit/p2p-circuit" + id,
		"/ip6zone/x/ip6/::1/tcp/1/tls/sni/a/ws" + id, "/unix/a%2Fb" + id, "/ws" + id, "/tls/ws" + id, "/dns4//tcp/1/ws" + id,
	} {
		f.Add(seed)
	}
	n := newTestNetwork(f, Config{DialOnly: true})
	f.Fuzz(func(t *testing.T, text string) {
		info, err := n.ParseDialable(text)
		checkCode(t, err)
		_ = info.String()
		_, err = n.understand(Lists{Bootstrap: []string{text}, Relays: []string{text}})
		checkCode(t, err)
		_, err = n.understand(Lists{Listen: []string{text}})
		checkCode(t, err)
		_, err = ParseID(text)
		checkCode(t, err)
		for _, addr := range info.Addrs {
			if _, err := wsURL(addr); err == nil {
				isThisDevice(addr)
			}
			waysThrough(info.ID, info.Addrs)
		}
		rankDials(info.Addrs)
	})
}

func checkCode(t *testing.T, err error) {
	t.Helper()
	switch nodeapi.CodeOf(err) {
	case "", nodeapi.CodeInvalidAddress, nodeapi.CodeUndialableAddress, nodeapi.CodeInvalidPeerID:
	default:
		t.Errorf("got error %v", err)
	}
}
