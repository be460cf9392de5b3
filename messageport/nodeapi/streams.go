package nodeapi

// StreamRequest asks for a stream to a peer.
type StreamRequest struct {
	// Peer is a peer id, or a multiaddr that ends in one.
	Peer string `cbor:"peer"`
	// Protocols are those that will do, the best first.
	Protocols []string `cbor:"protocols"`
}

// StreamOpened says what stream there is.
type StreamOpened struct {
	Peer     string `cbor:"peer"`
	Protocol string `cbor:"protocol"`
	Addr     string `cbor:"addr"` // of the connection that it runs over
}

// HandleRequest asks for the streams that peers open for a protocol.
type HandleRequest struct {
	Protocol string `cbor:"protocol"`
}

// StreamOffer is a stream that a peer opened. It is reset unless libp2p.accept
// takes it within 10 seconds.
type StreamOffer struct {
	ID     uint64        `cbor:"id,omitempty"` // 0: none, the protocol is now handled
	Stream *StreamOpened `cbor:"stream,omitempty"`
}

// StreamAccept takes a stream that was offered to the same session.
type StreamAccept struct {
	ID uint64 `cbor:"id"`
}
