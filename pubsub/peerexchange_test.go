//go:build !js

package pubsub

import (
	"testing"
	"time"

	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peerstore"
)

// A peer that names others when it leaves a mesh makes nobody dial them.
func TestPeerExchangeIsRefused(t *testing.T) {
	t.Parallel()
	victim, stranger := newPubSub(t, Config{}), newHost(t)
	subscribe(t, victim, "topic", SubscribeOptions{})
	m := newMallory(t, victim)
	book, _ := peerstore.GetCertifiedAddrBook(stranger.Peerstore())
	signed, err := book.GetPeerRecord(stranger.ID()).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	topic, yes := "topic", true
	for _, rpc := range []*pb.RPC{
		{Subscriptions: []*pb.RPC_SubOpts{{Subscribe: &yes, Topicid: &topic}}},
		{Control: &pb.ControlMessage{Graft: []*pb.ControlGraft{{TopicID: &topic}}}},
		{Control: &pb.ControlMessage{Prune: []*pb.ControlPrune{{
			TopicID: &topic,
			Peers:   []*pb.PeerInfo{{PeerID: []byte(stranger.ID()), SignedPeerRecord: signed}},
		}}}},
	} {
		if err := m.send(rpc); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Second)
	if peers := stranger.Network().Peers(); len(peers) > 0 {
		t.Errorf("the stranger was dialled by %v", peers)
	}
}
