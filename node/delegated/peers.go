package delegated

import (
	"encoding/json"
	"errors"
	"io"
	"mime"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/node/web"
)

// Bounds of what a router can say.
const (
	maxPeers     = 1 << 20 // bytes
	maxAddrs     = 64      // of one peer
	maxProtocols = 16
)

// Peer is a peer as a router knows it.
type Peer struct {
	ID        peer.ID
	Addrs     []ma.Multiaddr // those that can be read
	Protocols []string
}

// record is one of the answer's, of schema "peer" or of the older "bitswap".
// Others have no id, and are passed over.
type record struct {
	Schema    string
	ID        string
	Addrs     []string
	Protocols []string
	Protocol  string
}

// answer is a whole one.
type answer struct {
	Providers, Peers []json.RawMessage
}

// readPeers hands on the peers in a router's answer until each wants no more. A
// record that cannot be read does not spoil the others.
func readPeers(resp *web.Response, each func(Peer) bool) error {
	if resp.Status == 404 { // as old routers say that they know of none
		return nil
	}
	if resp.Status != 200 {
		return resp.Refused()
	}
	decoder := json.NewDecoder(resp)
	switch kind, _, _ := mime.ParseMediaType(resp.ContentType); kind {
	case typeNDJSON:
		for {
			var raw json.RawMessage
			err := decoder.Decode(&raw)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return unreadable(resp, err)
			}
			if p, ok := readPeer(raw); ok && !each(p) {
				return nil
			}
		}
	case typeJSON:
		var all answer
		if err := decoder.Decode(&all); err != nil {
			return unreadable(resp, err)
		}
		for _, raw := range append(all.Providers, all.Peers...) {
			if p, ok := readPeer(raw); ok && !each(p) {
				return nil
			}
		}
		return nil
	}
	return resp.Malformed("it answers with neither JSON nor NDJSON")
}

// unreadable is the error of an answer that is no JSON, or that ended early for
// a reason of its own.
func unreadable(resp *web.Response, err error) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &typ) || errors.Is(err, io.ErrUnexpectedEOF) {
		return resp.Malformed("its answer is no JSON: %w", err)
	}
	return err
}

func readPeer(raw []byte) (Peer, bool) {
	var r record
	if json.Unmarshal(raw, &r) != nil {
		return Peer{}, false
	}
	id, err := peer.Decode(r.ID)
	if err != nil {
		return Peer{}, false
	}
	p := Peer{ID: id, Protocols: r.Protocols}
	if r.Protocol != "" {
		p.Protocols = append(p.Protocols, r.Protocol)
	}
	if len(p.Protocols) > maxProtocols {
		p.Protocols = p.Protocols[:maxProtocols]
	}
	for _, text := range r.Addrs {
		if addr, err := ma.NewMultiaddr(text); err == nil && len(p.Addrs) < maxAddrs {
			p.Addrs = append(p.Addrs, addr)
		}
	}
	return p, true
}
