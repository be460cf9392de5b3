package nodeapi

import "github.com/ipfs/go-cid"

// NamePublishRequest asks to point an IPNS name at a path.
type NamePublishRequest struct {
	Value string `cbor:"value"` // "<cid>", "/ipfs/<cid>/a" or "/ipns/<name>"
	// Resolve looks first whether the value leads somewhere; true unless set.
	Resolve *bool `cbor:"resolve,omitempty"`
	// Lifetime is how long the record is valid, "48h" (the default) or another of
	// Go's durations. The record is renewed for as long as the node runs.
	Lifetime string `cbor:"lifetime,omitempty"`
	// TTL is how long the record may be kept before it is asked for again; "5m"
	// unless set.
	TTL string `cbor:"ttl,omitempty"`
	// Key is the name or the id of the key to sign with; "self" unless set.
	Key string `cbor:"key,omitempty"`
	// AllowOffline keeps the record in the repo where there is no router that
	// would take it. It is published once there is one.
	AllowOffline bool   `cbor:"allowOffline,omitempty"`
	IPNSBase     string `cbor:"ipnsBase,omitempty"` // as in KeyGenRequest
}

// NamePublished is what was published.
type NamePublished struct {
	Name  string `cbor:"name"`  // the IPNS name, without "/ipns/"
	Value string `cbor:"value"` // the path that it points at
}

// NameResolveRequest asks what a name points at.
type NameResolveRequest struct {
	// Name is "<name>" or "/ipns/<name>", each with a path after it or without;
	// the name is an IPNS name or a domain with a DNSLink. Empty is the node's own.
	Name string `cbor:"name,omitempty"`
	// Recursive goes on until the result is no name; true unless set.
	Recursive *bool `cbor:"recursive,omitempty"`
	// NoCache asks the routers even if what they said is still good.
	NoCache bool `cbor:"nocache,omitempty"`
	Offline bool `cbor:"offline,omitempty"` // look in the repo alone
}

// NameResolved is a path that a name points at.
type NameResolved struct {
	Path string `cbor:"path"`
}

// The values of RoutingEvent.Name. Routers that are asked over HTTP are no peers
// that answer, so that of kubo-rpc-client's there is none of PEER_RESPONSE,
// ADDING_PEER and DIALING_PEER.
const (
	RoutingSendingQuery = "SENDING_QUERY"
	RoutingFinalPeer    = "FINAL_PEER"
	RoutingQueryError   = "QUERY_ERROR"
	RoutingProvider     = "PROVIDER"
	RoutingValue        = "VALUE"
)

// RoutingEvent is one thing that a question to the routers tells. Each router is
// asked, and what one of them says is told as it comes.
type RoutingEvent struct {
	// Name is "SENDING_QUERY", "FINAL_PEER" (the peer looked for), "QUERY_ERROR" (of
	// one router: the question goes on with the others), "PROVIDER" or "VALUE".
	Name string `cbor:"name"`
	// Router is the URL of the router that the event is about; empty for what the
	// node itself knew.
	Router string        `cbor:"router,omitempty"`
	Peers  []RoutedPeer  `cbor:"peers,omitempty"` // of PROVIDER one or more, of FINAL_PEER one
	Value  []byte        `cbor:"value,omitempty"` // of VALUE
	Error  *RoutingError `cbor:"error,omitempty"` // of QUERY_ERROR
}

// RoutedPeer is a peer as a router knows it.
type RoutedPeer struct {
	ID         string   `cbor:"id"`
	Multiaddrs []string `cbor:"multiaddrs,omitempty"`
	// Protocols has what the router says that the peer serves blocks by,
	// "transport-bitswap" for one.
	Protocols []string `cbor:"protocols,omitempty"`
}

// RoutingError is what went wrong with one router.
type RoutingError struct {
	Code    Code   `cbor:"code"`
	Message string `cbor:"message"`
}

// FindProvidersRequest asks who has a block.
type FindProvidersRequest struct {
	Cid          cid.Cid `cbor:"cid"`
	NumProviders uint64  `cbor:"numProviders,omitempty"` // 20 unless set; at most 1000
}

// FindPeerRequest asks where a peer can be reached.
type FindPeerRequest struct {
	Peer string `cbor:"peer"`
}

// RoutingGetRequest asks for the record under a key, "/ipns/<name>".
type RoutingGetRequest struct {
	Key string `cbor:"key"`
}

// RoutingPutRequest asks to put a record under a key, "/ipns/<name>".
type RoutingPutRequest struct {
	Key string `cbor:"key"`
	// AllowOffline keeps the record in the repo where there is no router that
	// would take it.
	AllowOffline bool `cbor:"allowOffline,omitempty"`
}

// ProvideRequest asks to tell the routers that the node has blocks.
type ProvideRequest struct {
	Cids      []cid.Cid `cbor:"cids"`
	Recursive bool      `cbor:"recursive,omitempty"` // with all that is under them
}
