package nodeapi

import "github.com/ipfs/go-cid"

// The values of RemotePin.Status.
const (
	RemotePinQueued  = "queued"
	RemotePinPinning = "pinning"
	RemotePinPinned  = "pinned"
	RemotePinFailed  = "failed"
)

// RemoteServiceAdd tells the node of a pinning service. Nothing is sent to it.
type RemoteServiceAdd struct {
	Service string `cbor:"service"` // a name of 1 to 255 bytes
	// Endpoint is the URL of the service, below which "/pins" is. It begins with
	// "https://", or on this machine with "http://", and has neither a user, a query
	// nor a fragment.
	Endpoint string `cbor:"endpoint"`
	// Key is the access token. It is kept in the repo, sent to that endpoint alone,
	// and told to nobody: not listed, and neither in errors nor in logs.
	Key string `cbor:"key"`
}

// RemoteServiceRequest names a pinning service.
type RemoteServiceRequest struct {
	Service string `cbor:"service"`
}

// RemoteServiceList asks which pinning services there are.
type RemoteServiceList struct {
	Stat bool `cbor:"stat,omitempty"` // ask each of them how many pins it has
}

// The values of RemoteService.Status.
const (
	RemoteServiceValid   = "valid"
	RemoteServiceInvalid = "invalid"
)

// RemoteService is a pinning service, without its token.
type RemoteService struct {
	Service  string             `cbor:"service"`
	Endpoint string             `cbor:"endpoint"`
	Stat     *RemoteServiceStat `cbor:"stat,omitempty"` // if it was asked for
}

// RemoteServiceStat is what a pinning service says of itself.
type RemoteServiceStat struct {
	Status   string          `cbor:"status"`             // "valid", or "invalid" if it could not be asked
	PinCount *RemotePinCount `cbor:"pinCount,omitempty"` // if it is valid
	Code     Code            `cbor:"code,omitempty"`     // why it is invalid
	Error    string          `cbor:"error,omitempty"`    // likewise
}

// RemotePinCount counts the pins of a service by their status.
type RemotePinCount struct {
	Queued  uint64 `cbor:"queued"`
	Pinning uint64 `cbor:"pinning"`
	Pinned  uint64 `cbor:"pinned"`
	Failed  uint64 `cbor:"failed"`
}

// RemotePinAdd asks a service to pin a DAG.
type RemotePinAdd struct {
	Cid     cid.Cid `cbor:"cid"`
	Service string  `cbor:"service"`
	Name    string  `cbor:"name,omitempty"` // at most 255 bytes
	// Origins has up to 20 multiaddrs of peers that have the DAG. Unless set the
	// node gives its own.
	Origins []string `cbor:"origins,omitempty"`
	// Background returns once the service has taken the request, and not only when
	// it has pinned.
	Background bool `cbor:"background,omitempty"`
}

// RemotePinQuery asks for pins of a service.
type RemotePinQuery struct {
	Service string    `cbor:"service"`
	Cids    []cid.Cid `cbor:"cids,omitempty"` // only of these, 10 at most
	Name    string    `cbor:"name,omitempty"` // only with exactly this name
	// Status has those of which a pin is to have one; "pinned" unless set.
	Status []string `cbor:"status,omitempty"`
	// All is for pin.remote.rm: remove all that match. Without it, more than one
	// is an error, and nothing is removed.
	All bool `cbor:"all,omitempty"`
}

// RemotePin is a pin of a service.
type RemotePin struct {
	Cid    cid.Cid `cbor:"cid"`
	Name   string  `cbor:"name"`
	Status string  `cbor:"status"` // "queued", "pinning", "pinned" or "failed"
}
