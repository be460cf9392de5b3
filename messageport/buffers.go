package messageport

import "sync"

// buffers holds the memory of messages that were sent.
var buffers sync.Pool

func newBuffer(n int) *[]byte {
	buf, _ := buffers.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	if cap(*buf) < n {
		*buf = make([]byte, 0, n+smallFrame)
	}
	return buf
}

func freeBuffer(buf *[]byte) {
	*buf = (*buf)[:0]
	buffers.Put(buf)
}
