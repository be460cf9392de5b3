package pubsub

import (
	gossip "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// trace is what gossipsub calls as it works. The flows live on it.
type trace struct {
	in  *inflow
	out *outflow
}

var _ gossip.RawTracer = trace{}

// inspect is called before an RPC is looked at.
func (t trace) inspect(from peer.ID, rpc *gossip.RPC) error {
	t.in.take(from, rpc)
	return nil
}

func (t trace) Join(topic string)  { t.in.joined[topic] = struct{}{} }
func (t trace) Leave(topic string) { delete(t.in.joined, topic) }

func (t trace) ValidateMessage(m *gossip.Message)  { t.in.checked(m, false) }
func (t trace) DuplicateMessage(m *gossip.Message) { t.in.checked(m, false) }

func (t trace) RejectMessage(m *gossip.Message, reason string) {
	switch reason {
	case gossip.RejectValidationFailed:
		t.in.blame(m) // after ValidateMessage
	case gossip.RejectValidationIgnored, gossip.RejectValidationThrottled: // likewise
	case gossip.RejectValidationQueueFull:
		t.in.checked(m, false)
	default:
		t.in.checked(m, true)
	}
}

func (t trace) SendRPC(rpc *gossip.RPC, to peer.ID) { t.out.queued(to, rpc) }

func (trace) OnNewOutboundStream(peer.ID, protocol.ID) {}
func (trace) OnClosedOutboundStream(peer.ID)           {}
func (trace) Graft(peer.ID, string)                    {}
func (trace) Prune(peer.ID, string)                    {}
func (trace) DeliverMessage(*gossip.Message)           {}
func (trace) ThrottlePeer(peer.ID)                     {}
func (trace) RecvRPC(*gossip.RPC)                      {}
func (trace) DropRPC(*gossip.RPC, peer.ID)             {}
func (trace) UndeliverableMessage(*gossip.Message)     {}
