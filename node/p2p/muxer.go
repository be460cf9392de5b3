package p2p

import "github.com/libp2p/go-libp2p/p2p/muxer/yamux"

// streamWindow is how many bytes a peer may send on a new stream before it must
// wait to be told that they were read. The blocks of a file are mostly of 1 MiB,
// each sent on a stream of its own: with yamux's usual 256 KiB the sender would
// wait several times for each, which halves the rate over a line of 10 ms. What a
// peer may have unread is that much for each of the streams that the limits
// leave it.
const streamWindow = 1<<20 + 64<<10

// newMuxer is the stock muxer with that window.
func newMuxer() *yamux.Transport {
	config := *yamux.DefaultTransport.Config()
	config.InitialStreamWindowSize = streamWindow
	return (*yamux.Transport)(&config)
}
