package pubsub

import (
	"time"

	"github.com/libp2p/go-libp2p/core/event"
)

// mendInterval is how often peers are looked for that have no stream.
const mendInterval = 15 * time.Second

// mend has gossipsub open a stream to each connected peer that speaks it and has
// none, every interval. Gossipsub opens streams to those who connect; when it
// could not, or has lost a peer's stream a few times in ten minutes, it leaves
// the peer alone for as long as it stays connected.
func (h *gossipHost) mend(interval time.Duration) error {
	updated, err := h.EventBus().Emitter(new(event.EvtPeerProtocolsUpdated))
	if err != nil {
		return err
	}
	h.running.Go(func() {
		defer updated.Close()
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-h.closed.Done():
				return
			}
			for _, e := range h.unreached() {
				_ = updated.Emit(e)
			}
		}
	})
	return nil
}

// unreached returns for each peer that lacks a stream the event on which
// gossipsub opens one. To others it says nothing that they do not know.
func (h *gossipHost) unreached() (events []event.EvtPeerProtocolsUpdated) {
	h.mu.Lock()
	protocols := h.protocols
	h.mu.Unlock()
	for _, id := range h.Network().Peers() {
		h.mu.Lock()
		p := h.peers[id]
		reached := p != nil && len(p.to) > 0
		h.mu.Unlock()
		if reached {
			continue
		}
		speaks, err := h.Peerstore().SupportsProtocols(id, protocols...)
		if err == nil && len(speaks) > 0 {
			events = append(events, event.EvtPeerProtocolsUpdated{Peer: id, Added: speaks})
		}
	}
	return events
}
