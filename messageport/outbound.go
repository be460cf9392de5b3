package messageport

import "encoding/binary"

// outbound is a call's stream to the other side.
type outbound struct {
	closed bool  // END was sent, or the call has ended
	credit int64 // bytes that the other side still takes
}

// spend takes credit for a frame with as much of n bytes as may go into it, and
// returns how much that is, 0 if it has to wait. A frame is not cut below
// MaxItem for want of credit: a receiver that has read all it was sent has left
// this side credit for more than half a window, so that much comes in the end.
func (o *outbound) spend(n, maxFrame int) int {
	n = min(n, maxFrame)
	if o.credit < int64(HeaderSize+min(n, MaxItem)) {
		return 0
	}
	n = int(min(int64(n), o.credit-HeaderSize))
	o.credit -= int64(HeaderSize + n)
	return n
}

func creditFrame(id, n uint32) Frame {
	return Frame{Type: TypeCredit, ID: id, Payload: binary.BigEndian.AppendUint32(nil, n)}
}
