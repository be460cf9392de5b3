package pubsub

import (
	"encoding/binary"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
)

// Message is a signed message. All subscribers of a topic share it, and nobody
// changes it.
type Message struct {
	From      peer.ID // who signed it
	Topic     string
	Seqno     uint64
	Data      []byte
	Signature []byte
	Key       []byte // From's public key, protobuf
}

// Delivery is one message of a subscription.
type Delivery struct {
	Message *Message
	// Dropped is how many messages were lost between the delivery before and this
	// one.
	Dropped uint64
}

// messageOf returns m in this package's form, made once.
func messageOf(m *gossip.Message) *Message {
	if made, ok := m.ValidatorData.(*Message); ok {
		return made
	}
	made := &Message{
		From:      m.GetFrom(),
		Topic:     m.GetTopic(),
		Data:      m.GetData(),
		Signature: m.GetSignature(),
		Key:       m.GetKey(),
	}
	made.Seqno, _ = seqnoOf(m)
	if made.Key == nil { // it is part of the peer id
		made.Key = keyOf(made.From)
	}
	return made
}

func keyOf(id peer.ID) []byte {
	public, err := id.ExtractPublicKey()
	if err != nil {
		return nil
	}
	key, err := crypto.MarshalPublicKey(public)
	if err != nil {
		return nil
	}
	return key
}

// seqnoOf returns a message's sequence number, and whether it has one of the
// length that the specification wants.
func seqnoOf(m *gossip.Message) (uint64, bool) {
	b := m.GetSeqno()
	if len(b) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), true
}
