package messageport

import (
	"encoding/binary"
	"math/rand/v2"
)

// unread bounds the frames that are not under credit. What a peer makes this
// side send (results, errors, credit, pongs) piles up before a peer that does
// not read. So from time to time a ping is sent among them: its pong proves
// that all that was sent before was read.
type unread struct {
	limit  uint64
	sent   uint64 // bytes of such frames, ever
	proven uint64 // of these, known to have been read

	pinging bool
	nonce   [8]byte
	pingAt  uint64 // sent when the ping was
}

// add counts a frame and returns the ping that shall follow it, if one is due.
func (u *unread) add(f Frame) (ping Frame, due bool) {
	switch f.Type {
	case TypeResult, TypeError, TypeCredit, TypePong:
		u.sent += uint64(HeaderSize + len(f.Payload))
		return u.ping()
	}
	return Frame{}, false
}

// ping returns a ping if enough was sent since the last.
func (u *unread) ping() (Frame, bool) {
	if u.pinging || u.sent-u.proven < u.limit/4 {
		return Frame{}, false
	}
	u.pinging = true
	u.pingAt = u.sent
	// Not to be guessed: a peer that does not read cannot answer.
	binary.BigEndian.PutUint64(u.nonce[:], rand.Uint64())
	return Frame{Type: TypePing, Payload: u.nonce[:]}, true
}

// pong takes a pong, and returns whether it was for this and the next ping, if
// one is due.
func (u *unread) pong(nonce [8]byte) (known bool, next Frame, due bool) {
	if !u.pinging || nonce != u.nonce {
		return false, next, false
	}
	u.pinging = false
	u.proven = u.pingAt
	next, due = u.ping()
	return true, next, due
}

// over reports whether too much is unproven.
func (u *unread) over() bool { return u.sent-u.proven > u.limit }
