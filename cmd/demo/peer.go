package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// maxPeers is how many of those that listen to a topic are told.
const maxPeers = 64

// peer is a node of the demo's own. Browsers, at which nobody can knock, find
// each other by it and reach each other through it. It keeps nothing: each run
// has another identity.
type peer struct {
	node *node.Node
	addr string
}

func startPeer(ctx context.Context) (*peer, error) {
	store := blockstore.NewMemory()
	n, err := node.New(ctx, node.Config{
		Blockstore:   store.Blocks(),
		Datastore:    store.Datastore(),
		Network:      nodeapi.NetworkOn,
		Swarm:        []string{"/ip4/127.0.0.1/tcp/0/ws"},
		RelayService: true,
	})
	if err != nil {
		return nil, fmt.Errorf("the demo's peer: %w", err)
	}
	addr, err := webSocketAddr(ctx, n)
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return &peer{node: n, addr: addr}, nil
}

// webSocketAddr returns the address that browsers dial n at.
func webSocketAddr(ctx context.Context, n *node.Node) (string, error) {
	id, err := n.ID(ctx)
	if err != nil {
		return "", fmt.Errorf("the demo's peer: %w", err)
	}
	for _, addr := range id.Addresses {
		if strings.HasSuffix(addr, "/ws/p2p/"+id.ID) {
			return addr, nil
		}
	}
	return "", fmt.Errorf("the demo's peer listens at %v; none is a WebSocket", id.Addresses)
}

func (p *peer) Close() error { return p.node.Close() }

// peerInfo is what pages are told at /peer.json.
type peerInfo struct {
	// Addr is the multiaddr of the demo's peer: a bootstrap peer, and a relay.
	Addr string `json:"addr"`
	// Peers are the ids of the connected peers that listen to the topic asked
	// for. They are reached through the relay.
	Peers []string `json:"peers"`
}

// ServeHTTP answers with a peerInfo, for the topic that the query names.
func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	info := peerInfo{Addr: p.addr, Peers: []string{}}
	if topic := r.FormValue("topic"); topic != "" {
		peers, err := p.node.PubSubPeers(r.Context(), topic)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		info.Peers = append(info.Peers, peers[:min(len(peers), maxPeers)]...)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(info) // who hung up needs no answer
}
