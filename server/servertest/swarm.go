package servertest

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// splitAddr divides "<address>/p2p/<peer id>".
func splitAddr(addr string) (base, peer string, err error) {
	i := strings.LastIndex(addr, "/p2p/")
	if i < 0 || !strings.HasPrefix(addr, "/") || addr[i:] == "/p2p/" {
		return "", "", nodeapi.Errorf(nodeapi.CodeInvalidAddress, map[string]any{"value": addr}, "%q does not end in /p2p/<peer id>", addr)
	}
	return addr[:i], addr[i+len("/p2p/"):], nil
}

// SwarmConnect implements server.Swarm: the peer is then connected, whoever it
// is.
func (b *Backend) SwarmConnect(ctx context.Context, addr string) error {
	done, err := b.enter(ctx, nodeapi.MethodSwarmConnect)
	if err != nil {
		return err
	}
	defer done()
	base, peer, err := splitAddr(addr)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.peers == nil {
		b.peers = make(map[string]string)
	}
	b.peers[peer] = base
	b.peersChanged()
	return nil
}

// SwarmDisconnect implements server.Swarm.
func (b *Backend) SwarmDisconnect(ctx context.Context, addr string) error {
	done, err := b.enter(ctx, nodeapi.MethodSwarmDisconnect)
	if err != nil {
		return err
	}
	defer done()
	_, peer, err := splitAddr(addr)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.checkConnected(peer); err != nil {
		return err
	}
	delete(b.peers, peer)
	b.peersChanged()
	return nil
}

// checkConnected and peersChanged are called with b.mu held.
func (b *Backend) checkConnected(peer string) error {
	if _, ok := b.peers[peer]; !ok {
		return nodeapi.Errorf(nodeapi.CodeNotConnected, map[string]any{"peer": peer}, "%s is not connected", peer)
	}
	return nil
}

func (b *Backend) peersChanged() {
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// SwarmPeers implements server.Swarm.
func (b *Backend) SwarmPeers(ctx context.Context, req nodeapi.SwarmPeersRequest) ([]nodeapi.SwarmPeer, error) {
	done, err := b.enter(ctx, nodeapi.MethodSwarmPeers)
	if err != nil {
		return nil, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	var peers []nodeapi.SwarmPeer
	for _, peer := range slices.Sorted(maps.Keys(b.peers)) {
		p := nodeapi.SwarmPeer{Peer: peer, Addr: b.peers[peer], Direction: nodeapi.DirectionOutbound}
		if req.Identify {
			p.Identify = new(identified(peer))
		}
		peers = append(peers, p)
	}
	return peers, nil
}

// SwarmAddrs implements server.Swarm.
func (b *Backend) SwarmAddrs(ctx context.Context) ([]nodeapi.PeerAddrs, error) {
	done, err := b.enter(ctx, nodeapi.MethodSwarmAddrs)
	if err != nil {
		return nil, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	var addrs []nodeapi.PeerAddrs
	for _, peer := range slices.Sorted(maps.Keys(b.peers)) {
		addrs = append(addrs, nodeapi.PeerAddrs{ID: peer, Addrs: []string{b.peers[peer]}})
	}
	return addrs, nil
}

// SwarmLocalAddrs implements server.Swarm.
func (b *Backend) SwarmLocalAddrs(ctx context.Context) ([]string, error) {
	done, err := b.enter(ctx, nodeapi.MethodSwarmLocalAddrs)
	if err != nil {
		return nil, err
	}
	defer done()
	return []string{"/memory/1"}, nil
}

// SwarmEvents implements server.Swarm.
func (b *Backend) SwarmEvents(ctx context.Context) iter.Seq2[nodeapi.SwarmEvent, error] {
	return sequence(ctx, b, nodeapi.MethodSwarmEvents, func(yield func(nodeapi.SwarmEvent) bool) error {
		told := make(map[string]bool)
		for {
			events, changed := b.untold(told)
			for _, event := range events {
				if !yield(event) {
					return nil
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

// untold brings told up to date, and returns by which events, and what is closed
// at the next change.
func (b *Backend) untold(told map[string]bool) (events []nodeapi.SwarmEvent, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, peer := range slices.Sorted(maps.Keys(told)) {
		if _, ok := b.peers[peer]; !ok {
			delete(told, peer)
			events = append(events, nodeapi.SwarmEvent{Type: nodeapi.SwarmDisconnected, Peer: peer})
		}
	}
	for _, peer := range slices.Sorted(maps.Keys(b.peers)) {
		if !told[peer] {
			told[peer] = true
			events = append(events, nodeapi.SwarmEvent{Type: nodeapi.SwarmConnected, Peer: peer})
		}
	}
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return events, b.changed
}

// Ping implements server.Swarm: a peer that is connected answers at once.
func (b *Backend) Ping(ctx context.Context, req nodeapi.PingRequest) iter.Seq2[nodeapi.PingResult, error] {
	return sequence(ctx, b, nodeapi.MethodPing, func(yield func(nodeapi.PingResult) bool) error {
		b.mu.Lock()
		err := b.checkConnected(req.Peer)
		b.mu.Unlock()
		if err != nil {
			return err
		}
		count := req.Count
		if count == 0 {
			count = 10
		}
		for range count {
			if !yield(nodeapi.PingResult{Success: true, Time: int64(time.Millisecond)}) {
				return nil
			}
		}
		return nil
	})
}

// Identify implements server.Swarm.
func (b *Backend) Identify(ctx context.Context, peer string) (nodeapi.ID, error) {
	done, err := b.enter(ctx, nodeapi.MethodID)
	if err != nil {
		return nodeapi.ID{}, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	return identified(peer), b.checkConnected(peer)
}

func identified(peer string) nodeapi.ID {
	return nodeapi.ID{ID: peer, AgentVersion: "a peer", Addresses: []string{}, Protocols: []string{}}
}

// Bandwidth implements server.Statistics: nothing ever goes over this network.
func (b *Backend) Bandwidth(ctx context.Context, _, _ string) (nodeapi.Bandwidth, error) {
	done, err := b.enter(ctx, nodeapi.MethodStatsBandwidth)
	if err != nil {
		return nodeapi.Bandwidth{}, err
	}
	done()
	return nodeapi.Bandwidth{}, nil
}

// BitswapStat implements server.Bitswap.
func (b *Backend) BitswapStat(ctx context.Context) (nodeapi.BitswapStat, error) {
	done, err := b.enter(ctx, nodeapi.MethodBitswapStat)
	if err != nil {
		return nodeapi.BitswapStat{}, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	return nodeapi.BitswapStat{Wantlist: b.Wants[""], Peers: slices.Sorted(maps.Keys(b.peers))}, nil
}

// BitswapWantlist implements server.Bitswap.
func (b *Backend) BitswapWantlist(ctx context.Context, peer string) ([]cid.Cid, error) {
	done, err := b.enter(ctx, nodeapi.MethodBitswapWantlist)
	if err != nil {
		return nil, err
	}
	defer done()
	return b.Wants[peer], nil
}
