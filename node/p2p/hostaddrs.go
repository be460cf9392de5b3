package p2p

import (
	"errors"
	"maps"
	"slices"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/record"
	ma "github.com/multiformats/go-multiaddr"
)

// Addrs returns the ways to this host: what it listens on, with each interface's
// address, and relays.
func (h *peerHost) Addrs() []ma.Multiaddr {
	addrs, err := h.swarm.InterfaceListenAddresses()
	if err != nil { // the interfaces cannot be asked
		addrs = h.swarm.ListenAddresses()
	}
	// That it listens on circuits at all is no way to it.
	direct := slices.DeleteFunc(addrs, func(a ma.Multiaddr) bool {
		_, circuit := splitCircuit(a)
		return circuit != nil
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, relay := range slices.Sorted(maps.Keys(h.relayed)) {
		direct = append(direct, h.relayed[relay]...)
	}
	return direct
}

// setRelayed changes the ways to this host through a relay, none if there is no
// reservation on it, and tells the peers.
func (h *peerHost) setRelayed(relay peer.ID, addrs []ma.Multiaddr) error {
	h.mu.Lock()
	before := h.relayed[relay]
	if len(addrs) == 0 {
		delete(h.relayed, relay)
	} else {
		h.relayed[relay] = addrs
	}
	h.mu.Unlock()
	if slices.EqualFunc(before, addrs, ma.Multiaddr.Equal) {
		return nil
	}
	return h.announceAddrs()
}

// announceAddrs signs a record of the host's addresses, and lets identify tell
// the peers. Identify may have to ask for Addrs before it takes the event.
func (h *peerHost) announceAddrs() error {
	h.announcing.Lock()
	defer h.announcing.Unlock()
	addrs := h.Addrs()
	signed, err := record.Seal(
		peer.PeerRecordFromAddrInfo(peer.AddrInfo{ID: h.ID(), Addrs: addrs}), h.Peerstore().PrivKey(h.ID()))
	if err != nil {
		return err
	}
	book, ok := peerstore.GetCertifiedAddrBook(h.Peerstore())
	if !ok {
		return errors.New("the peerstore keeps no signed records")
	}
	h.Peerstore().ClearAddrs(h.ID())
	if _, err := book.ConsumePeerRecord(signed, peerstore.PermanentAddrTTL); err != nil {
		return err
	}
	current := make([]event.UpdatedAddress, len(addrs))
	for i, a := range addrs {
		current[i].Address = a
	}
	return h.addrs.Emit(event.EvtLocalAddressesUpdated{Current: current, SignedPeerRecord: signed})
}
