package pubsub

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// documentOverhead is the most that a document has beside its data: names of
	// fields, two peer ids, two sessions, and a topic in three places, of which
	// each byte may be escaped in six.
	documentOverhead = 1024 + 3*6*MaxTopic
	// maxDocumentTopics is the most topics of a document that are looked at.
	maxDocumentTopics = 16
)

var (
	errForged     = errors.New("a document whose sender is not the peer it came from")
	errMisrouted  = errors.New("a document for another peer")
	errNoTopic    = errors.New("a document without a topic")
	errBadSession = errors.New("a document with a session that cannot be one")
)

// directMessage is a direct message between two peers.
type directMessage struct {
	from, to  peer.ID
	topics    []string // one, but for peers of ipfs-pubsub-room up to 2.x
	session   string   // the sender's; empty for a peer as a whole
	toSession string   // the recipient's, likewise
	data      []byte
}

// outgoingDocument is what a direct message is on the wire. It has the fields
// of all versions of ipfs-pubsub-room, whose readers ignore those of the others:
// up to 2.x they look at topicIDs and take seqno for hex, from 3.x at topic and
// take seqno for a decimal number.
type outgoingDocument struct {
	To        string   `json:"to"`
	From      string   `json:"from"`
	Data      string   `json:"data"`  // hex, lower case
	Seqno     string   `json:"seqno"` // "00": a zero to all of them
	Topic     string   `json:"topic"`
	TopicIDs  []string `json:"topicIDs"`
	TopicCIDs []string `json:"topicCIDs"`
	Session   string   `json:"session,omitempty"`
	ToSession string   `json:"toSession,omitempty"`
}

// incomingDocument is what is read of a document.
type incomingDocument struct {
	To        string   `json:"to"`
	From      string   `json:"from"`
	Data      string   `json:"data"`
	Topic     string   `json:"topic"`
	TopicIDs  []string `json:"topicIDs"`
	Session   string   `json:"session"`
	ToSession string   `json:"toSession"`
}

func (m *directMessage) encode() ([]byte, error) {
	return json.Marshal(outgoingDocument{
		To:        m.to.String(),
		From:      m.from.String(),
		Data:      hex.EncodeToString(m.data),
		Seqno:     "00",
		Topic:     m.topics[0],
		TopicIDs:  m.topics[:1],
		TopicCIDs: m.topics[:1],
		Session:   m.session,
		ToSession: m.toSession,
	})
}

// decodeDirect reads a document that came from the peer from to the peer to.
func decodeDirect(b []byte, from, to peer.ID) (*directMessage, error) {
	var doc incomingDocument
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("a document that cannot be read: %w", err)
	}
	if id, err := peer.Decode(doc.From); err != nil || id != from {
		return nil, errForged
	}
	if id, err := peer.Decode(doc.To); err != nil || id != to {
		return nil, errMisrouted
	}
	if !validSession(doc.Session) || !validSession(doc.ToSession) {
		return nil, errBadSession
	}
	topics := doc.topics()
	if len(topics) == 0 {
		return nil, errNoTopic
	}
	data, err := hex.DecodeString(doc.Data)
	if err != nil {
		return nil, fmt.Errorf("a document whose data is not hex: %w", err)
	}
	return &directMessage{
		from: from, to: to, topics: topics,
		session: doc.Session, toSession: doc.ToSession, data: data,
	}, nil
}

// topics returns the topics of a document, each once.
func (d *incomingDocument) topics() []string {
	var topics []string
	for _, t := range append([]string{d.Topic}, d.TopicIDs...) {
		if t != "" && len(topics) < maxDocumentTopics && !slices.Contains(topics, t) {
			topics = append(topics, t)
		}
	}
	return topics
}
