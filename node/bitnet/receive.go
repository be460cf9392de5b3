package bitnet

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// maxMessage is the largest message, in bytes.
	maxMessage = network.MessageSizeMax
	// headBuffer is for the length in front of a message, and for small messages.
	headBuffer = 4 << 10
	// heardEach is after how many bytes of a message it is noted that they came.
	heardEach = 64 << 10
	// messageTime is how long a message that has begun may take.
	messageTime = time.Minute
)

// serve handles a stream that a peer opened: messages one after the other.
func (n *Network) serve(s network.Stream) {
	if !n.begin() {
		_ = s.Reset()
		return
	}
	defer n.reading.Done()
	unhook := context.AfterFunc(n.stopped, func() { _ = s.Reset() })
	defer unhook()
	r := bufio.NewReaderSize(s, headBuffer)
	for {
		err := n.serveMessage(s, r)
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF):
			closeSoon(s)
		default:
			_ = s.Reset()
		}
		return
	}
}

// serveMessage handles the next message. At the end of the stream it returns
// io.EOF.
func (n *Network) serveMessage(s network.Stream, r *bufio.Reader) error {
	if _, err := r.Peek(1); err != nil {
		return err // between messages a stream may end, or be reset, at any time
	}
	err := n.receiveMessage(s, r)
	if err != nil && n.stopped.Err() == nil {
		n.badMessages.Add(1)
	}
	return err
}

func (n *Network) receiveMessage(s network.Stream, r *bufio.Reader) error {
	if err := s.SetReadDeadline(time.Now().Add(messageTime)); err != nil {
		return err
	}
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return noEOF(err)
	}
	if size > maxMessage {
		return fmt.Errorf("bitnet: a message of %d bytes; the most is %d", size, maxMessage)
	}
	if err := s.Scope().ReserveMemory(int(size), network.ReservationPriorityAlways); err != nil {
		return err
	}
	defer s.Scope().ReleaseMemory(int(size))
	p := s.Conn().RemotePeer()
	data := make([]byte, size)
	if err := n.readAll(r, p, data); err != nil {
		return err
	}
	if err := s.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	m, err := n.decode(n.stopped, data)
	if err != nil {
		return err
	}
	n.received.Add(1)
	n.debts.answered(p, m)
	n.peers.OnMessage(p)
	for _, to := range n.receivers {
		to.ReceiveMessage(n.stopped, p, m)
	}
	return nil
}

// readAll fills data with what a peer sends, and notes that something comes.
func (n *Network) readAll(r io.Reader, p peer.ID, data []byte) error {
	for part := range slices.Chunk(data, heardEach) {
		if _, err := io.ReadFull(r, part); err != nil {
			return noEOF(err)
		}
		n.debts.heard(p)
	}
	return nil
}

// noEOF is for where a stream must not end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
