package nodeapi

import "github.com/ipfs/go-cid"

// What a session is granted unless its Grants say otherwise.
const (
	DefaultQuota      = 64 << 20 // bytes
	DefaultRate       = 200      // calls per second
	DefaultMaxStreams = 32       // calls at a time
)

// Grants are what a session may do. The zero value allows nothing.
type Grants struct {
	// ID allows to know who and what the node is: id of the node itself, version
	// and isOnline.
	ID bool `cbor:"id,omitempty"`
	// Read allows to read what the session knows the CID of, wherever it is: cat,
	// get, ls, dag.get, dag.resolve, dag.stat, dag.export, block.get, refs, and
	// resolve of a path under "/ipfs/".
	Read bool `cbor:"read,omitempty"`
	// List allows to know what the node holds: block.stat, refs.local, repo.stat,
	// offline in what Read, Pin and Files allow, and withLocal of files.stat.
	List bool `cbor:"list,omitempty"`
	// Add allows add, block.put, dag.put and dag.import. The pins of add are the
	// origin's own. To pin with block.put and dag.put, which has fetched what the block
	// links to, needs Pin as well; to pin the roots of dag.import, which is its default
	// and tells whether the node holds what the CARs leave out, needs List.
	Add bool `cbor:"add,omitempty"`
	// Pin allows pin.add, pin.rm, pin.ls and pin.update, of the origin's own pins. Paths
	// that go on below a CID need Read as well, and for pin.rm and pin.ls List.
	Pin bool `cbor:"pin,omitempty"`
	// Files allows files.*, in the origin's own directory, which is "/" to it. Paths
	// under "/ipfs/" need Read as well.
	Files bool `cbor:"files,omitempty"`
	// Topics has the beginnings of the pubsub topics that may be used; an empty one
	// allows all.
	Topics []string `cbor:"topics,omitempty"`
	// Rooms has the beginnings of the names of rooms, likewise.
	Rooms []string `cbor:"rooms,omitempty"`
	// Protocols has the libp2p protocols that may be dialled and handled.
	Protocols []string `cbor:"protocols,omitempty"`
	// Quota is the most bytes that are kept for the origin; 0 for DefaultQuota.
	Quota uint64 `cbor:"quota,omitempty"`
	// Rate is how many calls may begin per second, the others wait; 0 for
	// DefaultRate.
	Rate uint32 `cbor:"rate,omitempty"`
	// MaxStreams is how many calls run at a time, the others wait; 0 for
	// DefaultMaxStreams.
	MaxStreams uint32 `cbor:"maxStreams,omitempty"`
	// Expires is when the grants end, in Unix milliseconds; 0 for never.
	Expires int64 `cbor:"expires,omitempty"`
}

// WithDefaults returns the grants with what 0 stands for in its place.
func (g Grants) WithDefaults() Grants {
	if g.Quota == 0 {
		g.Quota = DefaultQuota
	}
	if g.Rate == 0 {
		g.Rate = DefaultRate
	}
	if g.MaxStreams == 0 {
		g.MaxStreams = DefaultMaxStreams
	}
	return g
}

// PortRequest asks for a secret that binds a port to grants.
type PortRequest struct {
	// Origin whose grants they are, serialized: "https://example.com:8443". What its
	// sessions keep is accounted to it. Without one it is the node's own: pins and
	// files are those of everybody, and there is no quota.
	Origin string `cbor:"origin,omitempty"`
	// Grants for this port alone, as they are now. Unless set they are those kept for
	// Origin, and the port follows these when they change.
	Grants *Grants `cbor:"grants,omitempty"`
	// Detached lets the port's session outlive the one that asks.
	Detached bool `cbor:"detached,omitempty"`
}

// PortSecret is what a port is bound with: the secret is sent as the first frame of
// the port, once, within a minute, as long as the session that asked for it lives.
type PortSecret struct {
	Port   string `cbor:"port"`   // names it for ports.revoke
	Secret []byte `cbor:"secret"` // 32 bytes
}

// PortRevokeRequest names a port.
type PortRevokeRequest struct {
	Port string `cbor:"port"`
}

// GrantsListRequest asks for the grants that are kept.
type GrantsListRequest struct {
	Origin string `cbor:"origin,omitempty"` // only of this one
	// Revoked asks also for the origins that are granted nothing any more and for which
	// something is kept still.
	Revoked bool `cbor:"revoked,omitempty"`
}

// OriginGrants are the grants that are kept for an origin.
type OriginGrants struct {
	Origin  string `cbor:"origin"`
	Grants  Grants `cbor:"grants"`
	Used    uint64 `cbor:"used"`    // bytes accounted to it
	Granted int64  `cbor:"granted"` // when they were set last, Unix milliseconds; 0: they were taken back
}

// GrantsSetRequest asks to keep grants for an origin, in the place of those that it
// has.
type GrantsSetRequest struct {
	Origin string `cbor:"origin"`
	Grants Grants `cbor:"grants"`
}

// GrantsRevokeRequest asks to keep no grants for an origin, and to end what it does
// at this moment.
type GrantsRevokeRequest struct {
	Origin string `cbor:"origin"`
	Forget bool   `cbor:"forget,omitempty"` // remove its pins and its files, too
}

// SourceWant is a block that a source is asked for.
type SourceWant struct {
	ID  uint64   `cbor:"id,omitempty"`  // 0: none, the source will now be asked
	Cid *cid.Cid `cbor:"cid,omitempty"` // set unless ID is 0
}

// SourceAnswer is what a source has to say to a SourceWant.
type SourceAnswer struct {
	ID    uint64  `cbor:"id"`
	Cid   cid.Cid `cbor:"cid"`
	Found bool    `cbor:"found,omitempty"` // its bytes follow
}
