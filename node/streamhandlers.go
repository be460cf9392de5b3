package node

import (
	"slices"
	"sync"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The bounds on what applications handle, and on what peers can make them
// handle.
const (
	maxHandlers       = 256
	maxInboundStreams = 512 // of all peers and protocols together
)

// streamHandlers hands the streams that peers open to applications. Of several
// handlers of a protocol the last one gets the streams; once it is removed, the
// one before it.
type streamHandlers struct {
	host    host.Host
	running sync.WaitGroup // handlers being called

	mu      sync.Mutex // guards following
	count   int        // of handlers
	stacks  map[protocol.ID][]*streamHandler
	inbound int // streams being handled
}

type streamHandler struct{ handle func(nodeapi.Stream) }

func newStreamHandlers(h host.Host) *streamHandlers {
	return &streamHandlers{host: h, stacks: make(map[protocol.ID][]*streamHandler)}
}

// wait waits for the handlers that were called. Their streams end with the host.
func (h *streamHandlers) wait() error {
	h.running.Wait()
	return nil
}

// HandleProtocol has handler called in a goroutine of its own with each stream
// that a peer opens for the protocol, until remove is called. Of several who
// handle one protocol the last is called; once it is removed, the one before it.
func (n *Node) HandleProtocol(name string, handler func(nodeapi.Stream)) (remove func(), err error) {
	if err := checkProtocol(name); err != nil {
		return nil, err
	}
	if n.net == nil {
		return nil, errOffline
	}
	return n.handlers.push(protocol.ID(name), handler)
}

func (h *streamHandlers) push(id protocol.ID, handle func(nodeapi.Stream)) (remove func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count == maxHandlers {
		return nil, nodeapi.Errorf(nodeapi.CodeTooManyStreams, map[string]any{"limit": maxHandlers},
			"%d protocols are handled already", maxHandlers)
	}
	added := &streamHandler{handle}
	h.count++
	h.stacks[id] = append(h.stacks[id], added)
	if len(h.stacks[id]) == 1 {
		h.host.SetStreamHandler(id, func(s network.Stream) { h.serve(id, s) })
	}
	return sync.OnceFunc(func() { h.remove(id, added) }), nil
}

func (h *streamHandlers) remove(id protocol.ID, gone *streamHandler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count--
	h.stacks[id] = slices.DeleteFunc(h.stacks[id], func(s *streamHandler) bool { return s == gone })
	if len(h.stacks[id]) == 0 {
		delete(h.stacks, id)
		h.host.RemoveStreamHandler(id)
	}
}

// serve gives a stream to the handler whose turn it is. It is called in a
// goroutine of its own.
func (h *streamHandlers) serve(id protocol.ID, s network.Stream) {
	handler := h.admit(id)
	if handler == nil {
		_ = s.ResetWithError(network.StreamResourceLimitExceeded)
		return
	}
	defer h.done()
	handler.handle(&stream{s})
}

// admit returns nil if there are too many streams, or no handler any more.
func (h *streamHandlers) admit(id protocol.ID) *streamHandler {
	h.mu.Lock()
	defer h.mu.Unlock()
	stack := h.stacks[id]
	if len(stack) == 0 || h.inbound == maxInboundStreams {
		return nil
	}
	h.inbound++
	h.running.Add(1)
	return stack[len(stack)-1]
}

func (h *streamHandlers) done() {
	h.mu.Lock()
	h.inbound--
	h.mu.Unlock()
	h.running.Done()
}
