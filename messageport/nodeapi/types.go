package nodeapi

import (
	"io"

	"github.com/ipfs/go-cid"
)

// The values of Config.Network.
const (
	NetworkOn      = "on"
	NetworkOffline = "offline"
)

// The values of Config.Durability.
const (
	DurabilityRelaxed = "relaxed"
	DurabilityStrict  = "strict"
)

// Config is what a client asks of the node, and what the node answers that it
// has. A zero field asks for nothing. A field that is a list grows with what
// clients ask for; of any other the first client decides.
type Config struct {
	// Durability is "relaxed" (the default: acknowledged when the browser has
	// taken the write) or "strict" (when it is on the disk).
	Durability string `cbor:"durability,omitempty"`
	// StorageMax is the most bytes of blocks the repo may hold; 0 for no limit
	// but the browser's.
	StorageMax uint64 `cbor:"storageMax,omitempty"`
	// StorageGCWatermark is the share of StorageMax, or without one of the
	// browser's quota, in percent, at which blocks that nothing holds are removed
	// by themselves, as they are for a write that finds no room. 0, the default,
	// leaves that to repo.gc. Of its quota Chromium says that 10 GiB are left
	// whatever it is, and WebKit nothing: a StorageMax is what can be relied on.
	StorageGCWatermark uint64 `cbor:"storageGCWatermark,omitempty"`
	// Network is "on" (the default) or "offline": the node then touches no
	// network at all.
	Network string `cbor:"network,omitempty"`
	// Bootstrap has the peers that the node connects to and stays connected
	// with: multiaddrs that end in "/p2p/<peer id>".
	Bootstrap []string `cbor:"bootstrap,omitempty"`
	// Relays has the circuit relays (v2) on which the node reserves a place, to
	// be reached through them: multiaddrs that end in "/p2p/<peer id>".
	Relays []string `cbor:"relays,omitempty"`
	// Swarm has the multiaddrs to listen on. A browser can listen on none but
	// "<a relay's multiaddr>/p2p-circuit", which is the same as a relay above.
	Swarm []string `cbor:"swarm,omitempty"`
	// Topics has the pubsub topics that may be used; one that ends in "*" allows
	// all that begin so. Empty allows every topic.
	Topics []string `cbor:"topics,omitempty"`
	// LowWater and HighWater bound the connections: above HighWater those that
	// matter least are closed until LowWater are left. Defaults 32 and 96.
	LowWater  uint64 `cbor:"lowWater,omitempty"`
	HighWater uint64 `cbor:"highWater,omitempty"`
	// DNS is the URL of the DNS-over-HTTPS server (RFC 8484) that resolves
	// "/dnsaddr" and whatever "/dns" name the platform does not resolve itself.
	// It is contacted when there is such a name to resolve. Default
	// "https://cloudflare-dns.com/dns-query".
	DNS string `cbor:"dns,omitempty"`
	// DelegatedRouters has the URLs of the servers, up to 16, that are asked who has
	// a block, where a peer is and what a name points at, and that are given the
	// names that are published (https://specs.ipfs.tech/routing/http-routing-v1/).
	// Each begins with "https://", or on this machine with "http://". There is none
	// by default.
	DelegatedRouters []string `cbor:"delegatedRouters,omitempty"`
	// Gateways has the URLs of the trustless gateways, up to 16, that are asked for
	// blocks which the repo does not have, beside the peers
	// (https://specs.ipfs.tech/http-gateways/trustless-gateway/). What they send is
	// verified. Each begins with "https://", or on this machine with "http://". There
	// is none by default.
	Gateways []string `cbor:"gateways,omitempty"`
}

// Hello is the application's part of a port's hello.
type Hello struct {
	Config Config `cbor:"config"`
	// OnConflict is "error" (the default) or "join".
	OnConflict string `cbor:"onConflict,omitempty"`
}

// Welcome is the application's part of a port's welcome.
type Welcome struct {
	PeerID string `cbor:"peerId"`
	Config Config `cbor:"config"` // the effective one
	// Grants are what the session may do, with what zeros stand for in their place;
	// left out where it may do everything. The peer id is then empty unless it is
	// granted, and so is the configuration always.
	Grants *Grants `cbor:"grants,omitempty"`
}

// IDRequest asks who a peer is.
type IDRequest struct {
	// Peer is a peer id; the node itself unless set. A peer that is not connected
	// is connected to, if an address of it is known.
	Peer string `cbor:"peer,omitempty"`
}

// ID is the node's identity, or a peer's as that tells it.
type ID struct {
	ID              string   `cbor:"id"`        // the PeerId, base58
	PublicKey       string   `cbor:"publicKey"` // protobuf, base64; of a peer perhaps ""
	Addresses       []string `cbor:"addresses"`
	AgentVersion    string   `cbor:"agentVersion"`
	ProtocolVersion string   `cbor:"protocolVersion"`
	Protocols       []string `cbor:"protocols"`
}

// Version says what is running.
type Version struct {
	Version string `cbor:"version"`
	Commit  string `cbor:"commit"`
	Repo    string `cbor:"repo"` // the repo's schema version
	System  string `cbor:"system"`
	Golang  string `cbor:"golang"`
}

// AddOptions are the options of add. A zero field takes what the profile says,
// or the default given here.
type AddOptions struct {
	// Profile is "unixfs-v1-2025" (the default) or "unixfs-v0-2015" (IPIP-499).
	Profile string `cbor:"profile,omitempty"`
	// Chunker is "size-<bytes>", "rabin", "rabin-<min>-<avg>-<max>" or "buzhash".
	Chunker    string `cbor:"chunker,omitempty"`
	CidVersion *int   `cbor:"cidVersion,omitempty"`
	HashAlg    string `cbor:"hashAlg,omitempty"`
	RawLeaves  *bool  `cbor:"rawLeaves,omitempty"`
	Trickle    bool   `cbor:"trickle,omitempty"`
	OnlyHash   bool   `cbor:"onlyHash,omitempty"`
	// Pin is true unless set. Each root is pinned recursively.
	Pin     *bool  `cbor:"pin,omitempty"`
	PinName string `cbor:"pinName,omitempty"`
	// WrapWithDirectory puts all that is added into one directory, which is then
	// the only root.
	WrapWithDirectory bool `cbor:"wrapWithDirectory,omitempty"`
	// Progress asks for AddEvents that tell of bytes.
	Progress bool `cbor:"progress,omitempty"`
}

// FileHeader announces an entry of an add.
type FileHeader struct {
	// Path of the entry under the roots, its parts separated by "/"; empty for a
	// file with no name, of which one add may have many.
	Path string `cbor:"path,omitempty"`
	// Dir says that this is a directory, which has no bytes.
	Dir bool `cbor:"dir,omitempty"`
	// Size is what the source says, checked when it is there.
	Size  *uint64 `cbor:"size,omitempty"`
	Mode  *uint32 `cbor:"mode,omitempty"` // permission bits
	Mtime *Mtime  `cbor:"mtime,omitempty"`
}

// AddEntry is one entry of an add as Go has it: its header, and for a file its
// bytes, read before the next entry is asked for.
type AddEntry struct {
	FileHeader

	Content io.Reader // nil for a directory
}

// Mtime is a time as UnixFS 1.5 has it.
type Mtime struct {
	Secs  int64  `cbor:"secs"`
	Nsecs uint32 `cbor:"nsecs,omitempty"`
}

// AddEvent is one thing that an add tells: an entry added, or progress.
type AddEvent struct {
	Added    *Added       `cbor:"added,omitempty"`
	Progress *AddProgress `cbor:"progress,omitempty"`
}

// AddProgress tells how much of a file has been taken in.
type AddProgress struct {
	Path  string `cbor:"path"`
	Bytes uint64 `cbor:"bytes"`
}

// Added is one entry that was added.
type Added struct {
	Path  string  `cbor:"path"`
	Cid   cid.Cid `cbor:"cid"`
	Size  uint64  `cbor:"size"` // of the whole DAG in bytes, as the Core API has it
	Mode  *uint32 `cbor:"mode,omitempty"`
	Mtime *Mtime  `cbor:"mtime,omitempty"`
}

// PathRequest names something by path: "<cid>/a/b", "/ipfs/<cid>/a/b", or
// "/ipns/<name>/a/b", whose name is resolved first.
type PathRequest struct {
	Path    string `cbor:"path"`
	Offline bool   `cbor:"offline,omitempty"` // look in the repo alone
}

// CatRequest asks for a file's bytes, or a part of them.
type CatRequest struct {
	Path   string  `cbor:"path"`
	Offset uint64  `cbor:"offset,omitempty"` // past the end gives no bytes
	Length *uint64 `cbor:"length,omitempty"` // all that follows unless set
	// Offline looks in the repo alone.
	Offline bool `cbor:"offline,omitempty"`
	// Leaves says that who asks can read the repo's database, and may be sent
	// Leaves in the place of many bytes. It is not heeded for other origins.
	Leaves bool `cbor:"leaves,omitempty"`
}

// Leaves are what a file is made of, by where the repo's database has it: who is
// of the node's origin reads it there faster than over a port. What is missing
// there, and what follows, is asked for as bytes. The call goes on until it is
// canceled.
type Leaves struct {
	Database string `cbor:"database"` // of IndexedDB
	Store    string `cbor:"store"`    // its object store
	// Leaves are in order. Each is a value of bytes, a Uint8Array.
	Leaves []Leaf `cbor:"leaves"`
	Skip   uint64 `cbor:"skip,omitempty"` // bytes at the beginning of the first
	Length uint64 `cbor:"length"`         // bytes after these that were asked for
	More   bool   `cbor:"more,omitempty"` // what was asked for goes on after these
}

// Leaf is one block of a file, all of whose bytes are the file's.
type Leaf struct {
	Key  []byte `cbor:"key"`
	Size uint64 `cbor:"size"` // bytes
}

// GetRequest asks for a file or a directory tree as TAR, or for a single file
// compressed without one.
type GetRequest struct {
	Path string `cbor:"path"`
	// Archive asks for TAR even where compress would do without.
	Archive          bool `cbor:"archive,omitempty"`
	Compress         bool `cbor:"compress,omitempty"` // gzip
	CompressionLevel *int `cbor:"compressionLevel,omitempty"`
	Offline          bool `cbor:"offline,omitempty"` // look in the repo alone
}

// Entry is one entry of a listing.
type Entry struct {
	Type  string  `cbor:"type"` // "dir" or "file"
	Cid   cid.Cid `cbor:"cid"`
	Name  string  `cbor:"name"`
	Path  string  `cbor:"path"`
	Size  uint64  `cbor:"size"` // a file's bytes; 0 for a directory
	Mode  *uint32 `cbor:"mode,omitempty"`
	Mtime *Mtime  `cbor:"mtime,omitempty"`
}

// DAGPutOptions are the options of dag.put.
type DAGPutOptions struct {
	InputCodec string `cbor:"inputCodec,omitempty"` // of the bytes sent; dag-cbor unless set
	StoreCodec string `cbor:"storeCodec,omitempty"` // of the block; dag-cbor unless set
	HashAlg    string `cbor:"hashAlg,omitempty"`    // sha2-256 unless set
	CidVersion *int   `cbor:"version,omitempty"`    // 1 unless set
	Pin        bool   `cbor:"pin,omitempty"`
	OnlyHash   bool   `cbor:"onlyHash,omitempty"`
}

// DAGResolved is where a path ends: in which block, and what of the path is
// left inside it.
type DAGResolved struct {
	Cid           cid.Cid `cbor:"cid"`
	RemainderPath string  `cbor:"remainderPath,omitempty"`
}

// CIDRequest names a block.
type CIDRequest struct {
	Cid     cid.Cid `cbor:"cid"`
	Offline bool    `cbor:"offline,omitempty"` // look in the repo alone
}

// CIDResult is a CID alone.
type CIDResult struct {
	Cid cid.Cid `cbor:"cid"`
}

// CIDOutcome is a CID and what went wrong with it, if anything did.
type CIDOutcome struct {
	Cid   cid.Cid `cbor:"cid"`
	Code  Code    `cbor:"code,omitempty"`
	Error string  `cbor:"error,omitempty"`
	// Origin whose pin the block is under, if Code is CodePinned; none is the node's
	// own.
	Origin string `cbor:"origin,omitempty"`
}

// CIDList is a list of CIDs.
type CIDList struct {
	Cids []cid.Cid `cbor:"cids"`
}

// BlockPutOptions are the options of block.put.
type BlockPutOptions struct {
	Format     string `cbor:"format,omitempty"`  // codec by name; raw unless set
	HashAlg    string `cbor:"mhtype,omitempty"`  // sha2-256 unless set
	CidVersion *int   `cbor:"version,omitempty"` // 1 unless set
	Pin        bool   `cbor:"pin,omitempty"`
	// Cid, if set, is what the bytes must hash to; it stands for the three above.
	Cid *cid.Cid `cbor:"cid,omitempty"`
}

// BlockRemoveRequest names blocks to remove.
type BlockRemoveRequest struct {
	Cids  []cid.Cid `cbor:"cids"`
	Force bool      `cbor:"force,omitempty"` // a missing block is no error
	Quiet bool      `cbor:"quiet,omitempty"` // tell only of errors
}

// BlockStat is a block's CID and size in bytes.
type BlockStat struct {
	Cid  cid.Cid `cbor:"cid"`
	Size uint64  `cbor:"size"`
}

// PinAddRequest asks to pin what a path names.
type PinAddRequest struct {
	Path      string `cbor:"path"`
	Recursive *bool  `cbor:"recursive,omitempty"` // true unless set
	Name      string `cbor:"name,omitempty"`
	Offline   bool   `cbor:"offline,omitempty"` // pin only what the repo has whole
}

// PinRemoveRequest asks to unpin it.
type PinRemoveRequest struct {
	Path      string `cbor:"path"`
	Recursive *bool  `cbor:"recursive,omitempty"` // true unless set
}

// PinListRequest asks which pins there are.
type PinListRequest struct {
	// Paths, if there are any, asks how each of them is pinned; one that is not
	// is an error.
	Paths []string `cbor:"paths,omitempty"`
	Type  string   `cbor:"type,omitempty"` // "all" (the default), "recursive", "direct", "indirect"
	Name  string   `cbor:"name,omitempty"` // only pins whose name contains it
}

// Pin is one pin.
type Pin struct {
	Cid  cid.Cid  `cbor:"cid"`
	Type string   `cbor:"type"` // "recursive", "direct" or "indirect"
	Name string   `cbor:"name,omitempty"`
	Via  *cid.Cid `cbor:"via,omitempty"` // for an indirect pin, the pin that holds it
}

// PinUpdateRequest asks for a recursive pin in the place of another one, whose
// name it takes over.
type PinUpdateRequest struct {
	From    string `cbor:"from"`              // a path, pinned recursively
	To      string `cbor:"to"`                // a path
	Unpin   *bool  `cbor:"unpin,omitempty"`   // true unless set: the old pin is removed
	Offline bool   `cbor:"offline,omitempty"` // pin only what the repo has whole
}

// RepoGCRequest asks for what nothing holds to be removed.
type RepoGCRequest struct {
	Quiet bool `cbor:"quiet,omitempty"` // tell only of errors
}

// RepoStat is the account of the repo.
type RepoStat struct {
	NumObjects uint64 `cbor:"numObjects"`
	RepoSize   uint64 `cbor:"repoSize"`   // bytes of blocks
	StorageMax uint64 `cbor:"storageMax"` // the limit in force, in bytes
	RepoPath   string `cbor:"repoPath"`   // the database's name
	Version    string `cbor:"version"`    // the repo's schema version
	// Usage and Quota are what the browser says of the whole origin, in bytes;
	// 0 where it says nothing.
	Usage uint64 `cbor:"usage,omitempty"`
	Quota uint64 `cbor:"quota,omitempty"`
}

// RepoVerified says how many blocks were looked at and how many were bad.
type RepoVerified struct {
	Checked uint64 `cbor:"checked"`
	Bad     uint64 `cbor:"bad"`
}
