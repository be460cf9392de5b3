package messageport

import (
	"encoding/binary"
	"math/rand/v2"
)

// unread counts what a peer may not have read yet. What is sent piles up before
// a peer that does not read its port: a frozen page, or one that grants credit
// without end. So from time to time a ping is sent among the frames: its pong
// proves that all that was sent before was read.
type unread struct {
	limit uint64 // of bytes
	asks  uint64 // that the peer may have open at once

	streams tally  // bytes of frames under credit
	answers tally  // bytes of what the peer makes this side send: results, errors, credit, pongs
	ends    tally  // results, errors and pongs: what a peer waits for that asked
	chunks  uint64 // data and item frames, ever
	pings   uint64 // ever

	pinging bool
	nonce   [8]byte
}

// tally counts bytes or frames.
type tally struct {
	sent   uint64 // ever
	atPing uint64 // of these, sent before the last ping
	proven uint64 // of these, known to have been read
}

func (t *tally) unproven() uint64 { return t.sent - t.proven }

// add counts a frame and returns the ping that shall follow it, if one is due.
func (u *unread) add(f Frame) (ping Frame, due bool) {
	n := uint64(HeaderSize + len(f.Payload))
	switch f.Type {
	case TypeData, TypeItem:
		u.streams.sent += n
		u.chunks++
	case TypeResult, TypeError, TypePong:
		u.ends.sent++
		u.answers.sent += n
	case TypeCredit:
		u.answers.sent += n
	case TypePing:
		u.pings++
	}
	return u.ping()
}

// ping returns a ping if enough was sent since the last.
func (u *unread) ping() (Frame, bool) {
	few := u.ends.unproven() <= u.asks/2 && max(u.streams.unproven(), u.answers.unproven()) < u.limit/4
	if u.pinging || few {
		return Frame{}, false
	}
	u.pinging = true
	u.pings++
	u.ends.atPing = u.ends.sent
	u.streams.atPing = u.streams.sent
	u.answers.atPing = u.answers.sent
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
	u.ends.proven = u.ends.atPing
	u.streams.proven = u.streams.atPing
	u.answers.proven = u.answers.atPing
	next, due = u.ping()
	return true, next, due
}

// full reports whether streams have to wait.
func (u *unread) full() bool { return u.streams.unproven() >= u.limit }

// over reports whether the session has to end: answers cannot wait.
func (u *unread) over() bool { return u.answers.unproven() > u.limit }

// excess reports whether a peer that has asked so often, ever, asks without
// waiting. Who has asked more than u.asks times beyond what was answered before
// a ping has read an answer from after that ping, and so sent its pong before.
func (u *unread) excess(asked uint64) bool { return u.pinging && asked > u.ends.atPing+u.asks }
