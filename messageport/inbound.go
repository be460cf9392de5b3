package messageport

import "time"

// growInterval: a stream that takes half its window in less, and leaves nothing
// unread, gets a larger one.
const growInterval = 100 * time.Millisecond

// mergeSize is up to which length pieces of data that wait to be read are put
// together, so that many small ones do not cost much more than their bytes.
const mergeSize = 4 << 10

// Chunk is one part of a stream: bytes, or an item.
type Chunk struct {
	// Data is the bytes, or the CBOR of the item. It is the receiver's.
	Data []byte
	// Item says that this is an item.
	Item bool

	cost int // of the credit
}

// Decode decodes an item into the value that v points to. For what is no item,
// or another one, the error is one with CodeBadRequest.
func (c Chunk) Decode(v any) error {
	if !c.Item {
		return Errorf(CodeBadRequest, nil, "got bytes; want an item")
	}
	return Unmarshal(c.Data, v)
}

// inbound is a call's stream from the other side: what waits to be read, and
// the credit that the other side has.
type inbound struct {
	chunks  []Chunk
	ended   bool // no more will come
	discard bool // nobody will read: take credit for what comes

	window   int       // how much may be on its way or unread
	allowed  int       // of that, what the other side may still send
	consumed int       // read, but no credit was sent for it
	granted  time.Time // when credit was sent last, or the stream began

	// grow asks to let a window of so many bytes grow, and returns by how much.
	grow func(window int) int
}

func newInbound(window int, grow func(window int) int) inbound {
	return inbound{window: window, allowed: window, grow: grow}
}

// put appends a frame of a message of msgLen bytes, or reports false if it is
// more than was allowed.
func (in *inbound) put(f Frame, msgLen int) bool {
	cost := f.cost()
	if cost > in.allowed {
		return false
	}
	in.allowed -= cost
	in.ended = f.end()
	if in.granted.IsZero() {
		in.granted = time.Now()
	}
	switch {
	case in.discard:
		in.consumed += cost
	case cost > 0:
		in.append(Chunk{Data: f.Payload, Item: f.Type == TypeItem, cost: cost}, msgLen)
	}
	return true
}

// append keeps what a peer can make this side hold near to what it spends
// credit for: not a large message for a small part of it, nor a chunk for each
// byte.
func (in *inbound) append(c Chunk, msgLen int) {
	if last := len(in.chunks) - 1; last >= 0 && !c.Item && !in.chunks[last].Item {
		if l := &in.chunks[last]; len(l.Data)+len(c.Data) <= mergeSize {
			l.Data = append(l.Data, c.Data...)
			l.cost += c.cost
			return
		}
	}
	if len(c.Data) < msgLen/2 {
		c.Data = append([]byte(nil), c.Data...)
	}
	in.chunks = append(in.chunks, c)
}

// take removes the next chunk.
func (in *inbound) take() (Chunk, bool) {
	if len(in.chunks) == 0 {
		return Chunk{}, false
	}
	c := in.chunks[0]
	in.chunks[0] = Chunk{}
	in.chunks = in.chunks[1:]
	in.consumed += c.cost
	return c, true
}

// read copies bytes of the next chunk to p, if there is one. It reports stop if
// that is an item.
func (in *inbound) read(p []byte) (n int, stop bool) {
	if len(in.chunks) == 0 {
		return 0, false
	}
	c := &in.chunks[0]
	if c.Item {
		return 0, true
	}
	n = copy(p, c.Data)
	if n == len(c.Data) {
		in.take()
		return n, false
	}
	c.Data = c.Data[n:]
	c.cost -= n
	in.consumed += n
	return n, false
}

// drop reads everything there is, and all that will come.
func (in *inbound) drop() {
	in.discard = true
	for len(in.chunks) > 0 {
		in.take()
	}
}

// left returns how many bytes of frames may still come at the most.
func (in *inbound) left() int64 {
	if in.ended {
		return 0
	}
	return int64(in.allowed) + HeaderSize // an empty one with END is free
}

// grant returns how much credit to send now, 0 for none: what was read, once
// that is half the window, and what the window grows by.
func (in *inbound) grant() uint32 {
	if in.ended || in.consumed < in.window/2 {
		return 0
	}
	n := in.consumed
	now := time.Now()
	if len(in.chunks) == 0 && now.Sub(in.granted) < growInterval {
		more := in.grow(in.window)
		in.window += more
		n += more
	}
	in.granted = now
	in.consumed = 0
	in.allowed += n
	return uint32(n)
}
