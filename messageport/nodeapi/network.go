package nodeapi

import "github.com/ipfs/go-cid"

// AddrRequest names a peer's address: a multiaddr that ends in "/p2p/<peer
// id>", or for swarm.disconnect "/p2p/<peer id>" alone.
type AddrRequest struct {
	Addr string `cbor:"addr"`
}

// AddrList is a list of multiaddrs.
type AddrList struct {
	Addrs []string `cbor:"addrs"`
}

// The values of SwarmPeer.Direction.
const (
	DirectionInbound  = "inbound"
	DirectionOutbound = "outbound"
)

// SwarmPeersRequest asks for the connections that there are. Direction, latency
// and streams are told in any case.
type SwarmPeersRequest struct {
	Identify bool `cbor:"identify,omitempty"` // tell of SwarmPeer.Identify too
}

// SwarmPeer is one connection to a peer.
type SwarmPeer struct {
	Peer      string `cbor:"peer"`
	Addr      string `cbor:"addr"`              // the remote multiaddr, without the peer's id
	Direction string `cbor:"direction"`         // "inbound" or "outbound"
	Muxer     string `cbor:"muxer,omitempty"`   // protocol id
	Latency   int64  `cbor:"latency,omitempty"` // nanoseconds; 0 if not measured
	// Streams has the protocols of the streams that are open.
	Streams []string `cbor:"streams,omitempty"`
	// Limited says that the connection goes through a relay that limits its bytes
	// and its time.
	Limited bool `cbor:"limited,omitempty"`
	// Identify is what the peer tells of itself, if that was asked for.
	Identify *ID `cbor:"identify,omitempty"`
}

// PeerAddrs is a peer and the addresses that are known of it.
type PeerAddrs struct {
	ID    string   `cbor:"id"`
	Addrs []string `cbor:"addrs"`
}

// The values of SwarmEvent.Type.
const (
	SwarmConnected    = "connect"
	SwarmDisconnected = "disconnect"
)

// SwarmEvent tells of a peer's first connection, or of the end of its last.
type SwarmEvent struct {
	Type string `cbor:"type"` // "connect" or "disconnect"
	Peer string `cbor:"peer"`
}

// PingRequest asks how long the way to a peer and back takes.
type PingRequest struct {
	Peer  string `cbor:"peer"`
	Count uint64 `cbor:"count,omitempty"` // 10 unless set
}

// PingResult is one thing that a ping tells.
type PingResult struct {
	Success bool   `cbor:"success"`
	Time    int64  `cbor:"time,omitempty"` // nanoseconds, there and back
	Text    string `cbor:"text,omitempty"`
}

// BitswapStat is the account of the exchange of blocks with peers.
type BitswapStat struct {
	Wantlist         []cid.Cid `cbor:"wantlist"` // what the node wants now
	Peers            []string  `cbor:"peers"`    // those it exchanges with
	BlocksReceived   uint64    `cbor:"blocksReceived"`
	DataReceived     uint64    `cbor:"dataReceived"` // bytes
	BlocksSent       uint64    `cbor:"blocksSent"`
	DataSent         uint64    `cbor:"dataSent"`        // bytes
	DupBlksReceived  uint64    `cbor:"dupBlksReceived"` // not, or no longer, wanted
	DupDataReceived  uint64    `cbor:"dupDataReceived"` // bytes
	MessagesReceived uint64    `cbor:"messagesReceived"`
	// MessagesDropped counts messages that were malformed or over a limit.
	MessagesDropped uint64 `cbor:"messagesDropped"`
}

// WantlistRequest asks what the node wants or, with a peer, what that peer
// wants of the node.
type WantlistRequest struct {
	Peer string `cbor:"peer,omitempty"`
}

// BandwidthRequest asks for the bytes that go over the network.
type BandwidthRequest struct {
	Peer  string `cbor:"peer,omitempty"`  // those of a peer alone
	Proto string `cbor:"proto,omitempty"` // those of a protocol alone; not with a peer
	Poll  bool   `cbor:"poll,omitempty"`  // ask again and again
	// Interval is the time between two answers to a poll in milliseconds, 100 to
	// 3600000; 1000 unless set.
	Interval uint64 `cbor:"interval,omitempty"`
}

// Bandwidth counts the bytes of streams, those of the protocols beneath them
// left out. Rates are of the last few seconds.
type Bandwidth struct {
	TotalIn  uint64 `cbor:"totalIn"`
	TotalOut uint64 `cbor:"totalOut"`
	RateIn   uint64 `cbor:"rateIn"`  // bytes a second
	RateOut  uint64 `cbor:"rateOut"` // bytes a second
}
