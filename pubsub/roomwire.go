package pubsub

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// membersSuffix makes the members' topic out of a room's. The number is the
// version of what is said there.
const membersSuffix = "/sharednode-members/1"

func membersTopic(topic string) string { return topic + membersSuffix }

// roomOf returns the room's topic of a members' topic, and any other as it is.
// Who may use the one may use the other.
func roomOf(topic string) string { return strings.TrimSuffix(topic, membersSuffix) }

const (
	maxSession      = 64       // bytes
	maxPeerSessions = 256      // sessions that one peer may have in a room
	maxNotice       = 32 << 10 // bytes
)

// The values of notice.Kind.
const (
	noticeState = "state"
	noticeFrom  = "from"
)

// notice is what is said in a members' topic, as JSON.
type notice struct {
	Kind string `json:"kind"`
	// Sessions, of a state, are all that the sender has in the room.
	Sessions []string `json:"sessions,omitempty"`
	// Session, of a from, is who sends the message in the room's topic whose
	// fingerprint is Message.
	Session string `json:"session,omitempty"`
	Message string `json:"message,omitempty"`
}

func stateNotice(sessions []string) notice {
	return notice{Kind: noticeState, Sessions: sessions}
}

func fromNotice(session string, data []byte) notice {
	return notice{Kind: noticeFrom, Session: session, Message: fingerprint(data)}
}

func (n notice) encode() []byte {
	b, err := json.Marshal(n)
	if err != nil {
		panic(err) // it has nothing but text
	}
	return b
}

func decodeNotice(b []byte) (notice, error) {
	var n notice
	if len(b) > maxNotice {
		return n, errors.New("a notice over the limit")
	}
	if err := json.Unmarshal(b, &n); err != nil {
		return n, err
	}
	if !validSession(n.Session) || len(n.Message) > maxSession || len(n.Sessions) > maxPeerSessions {
		return n, errBadSession
	}
	for _, s := range n.Sessions {
		if !validSession(s) {
			return n, errBadSession
		}
	}
	slices.Sort(n.Sessions)
	n.Sessions = slices.Compact(n.Sessions)
	return n, nil
}

// fingerprint tells the messages of one peer apart.
func fingerprint(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// validSession reports whether s can be a session's name: up to 64 printable
// characters of ASCII, none of them a space. None stands for the whole peer.
func validSession(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(s) <= maxSession
}

func newSession() string { return rand.Text()[:13] }
