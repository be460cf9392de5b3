package server

import (
	"context"
	"io"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Backend is what the server serves. The methods here are those that every
// node has; each further group of methods is an interface of its own, found by
// type assertion, and a backend without it answers "not-supported".
//
// All methods may be called concurrently. They return once ctx ends, with
// nothing half done left behind. Errors that are a *nodeapi.Error reach the
// client as they are, any other as "internal". Iterators yield an error once,
// as the last thing.
type Backend interface {
	ID(ctx context.Context) (nodeapi.ID, error)
	Version(ctx context.Context) (nodeapi.Version, error)
	IsOnline(ctx context.Context) (bool, error)
	// Config returns the effective configuration.
	Config() nodeapi.Config
	// Close ends the backend. No other method is called after or during it.
	Close() error
}

// Files is the UnixFS group.
type Files interface {
	// Add reads entries until src ends, adds them, and yields what was added:
	// each file once it is whole, directories after all they hold, roots last.
	// The bytes of an entry are read before src is asked for the next. With
	// opts.Progress it also yields progress. Stopping the iteration, an error of
	// src or the end of ctx adds nothing visible and pins nothing.
	Add(ctx context.Context, src iter.Seq2[nodeapi.AddEntry, error], opts nodeapi.AddOptions) iter.Seq2[nodeapi.AddEvent, error]
	// Cat returns the bytes asked for. The reader implements io.WriterTo where
	// that saves a copy, and with req.Leaves may be InDatabase.
	Cat(ctx context.Context, req nodeapi.CatRequest) (io.ReadCloser, error)
	// Get returns a TAR stream.
	Get(ctx context.Context, req nodeapi.GetRequest) (io.ReadCloser, error)
	List(ctx context.Context, path string) iter.Seq2[nodeapi.Entry, error]
}

// InDatabase is a reader of bytes that who asked can read by himself, from where
// they are stored.
type InDatabase interface {
	io.ReadCloser
	// Leaves tells where. Nothing is read then, but Close waited for.
	Leaves() nodeapi.Leaves
}

// MutableFiles is the group of the Mutable File System. A change is done whole or
// not at all, and is seen by all callers once its method returns.
type MutableFiles interface {
	FilesCopy(ctx context.Context, req nodeapi.FilesCopyRequest) error
	FilesMkdir(ctx context.Context, req nodeapi.FilesMkdirRequest) error
	FilesStat(ctx context.Context, req nodeapi.FilesStatRequest) (nodeapi.FilesStat, error)
	FilesTouch(ctx context.Context, req nodeapi.FilesTouchRequest) error
	FilesChmod(ctx context.Context, req nodeapi.FilesChmodRequest) error
	// FilesRemove removes those of the paths that it can, and returns the first
	// error of the others.
	FilesRemove(ctx context.Context, req nodeapi.FilesRemoveRequest) error
	// FilesRead returns the bytes asked for, as Files.Cat does.
	FilesRead(ctx context.Context, req nodeapi.FilesReadRequest) (io.ReadCloser, error)
	// FilesWrite reads content to its end, or as much of it as req.Length, and
	// holds up nobody meanwhile. An error of content changes nothing.
	FilesWrite(ctx context.Context, content io.Reader, req nodeapi.FilesWriteRequest) error
	FilesMove(ctx context.Context, req nodeapi.FilesMoveRequest) error
	// FilesFlush returns the CID at path once all is kept.
	FilesFlush(ctx context.Context, path string) (cid.Cid, error)
	FilesList(ctx context.Context, req nodeapi.FilesListRequest) iter.Seq2[nodeapi.MFSEntry, error]
}

// DAG is the group of IPLD nodes.
type DAG interface {
	DAGPut(ctx context.Context, node []byte, opts nodeapi.DAGPutOptions) (cid.Cid, error)
	// DAGResolve follows path over links to the block in which it ends.
	DAGResolve(ctx context.Context, path string) (nodeapi.DAGResolved, error)
}

// References is the group of what DAGs are made of.
type References interface {
	// DAGStat counts the blocks and bytes of the DAGs that paths name, and of all
	// together.
	DAGStat(ctx context.Context, paths []string) (nodeapi.DAGStat, error)
	// Refs yields links. What is wrong with one of the paths, or under it, is an
	// item; an error ends the iteration.
	Refs(ctx context.Context, req nodeapi.RefsRequest) iter.Seq2[nodeapi.Ref, error]
	// RefsLocal yields the blocks of the repo.
	RefsLocal(ctx context.Context) iter.Seq2[cid.Cid, error]
}

// Archives is the group of CARs.
type Archives interface {
	// DAGExport returns the DAG that path names as a CAR. The reader implements
	// io.WriterTo where that saves a copy.
	DAGExport(ctx context.Context, path string) (io.ReadCloser, error)
	// DAGImport takes CARs in until src ends, pins the roots that they name if that
	// is asked for, tells of each, and stops at tell's error. An error of src, or a
	// CAR that is none, is an error and pins nothing. The bytes of a CAR are read
	// before src is asked for the next, and may be left unread in part.
	DAGImport(ctx context.Context, src iter.Seq2[nodeapi.CAR, error], opts nodeapi.DAGImportOptions,
		tell func(nodeapi.ImportedRoot) error) (nodeapi.DAGImported, error)
}

// Resolver is the group of paths.
type Resolver interface {
	// Resolve returns the path of the block that a path leads to, with what is left
	// of the path inside of it.
	Resolve(ctx context.Context, req nodeapi.ResolveRequest) (path string, err error)
}

// Domains is the group of domains that link to paths (DNSLink).
type Domains interface {
	DNS(ctx context.Context, req nodeapi.DNSRequest) (path string, err error)
}

// Blocks is the group of blocks. A block's bytes are not changed by either side
// once handed over.
type Blocks interface {
	BlockPut(ctx context.Context, data []byte, opts nodeapi.BlockPutOptions) (nodeapi.BlockStat, error)
	BlockGet(ctx context.Context, c cid.Cid) ([]byte, error)
	BlockStat(ctx context.Context, c cid.Cid) (nodeapi.BlockStat, error)
	BlockRemove(ctx context.Context, req nodeapi.BlockRemoveRequest) iter.Seq2[nodeapi.CIDOutcome, error]
}

// Pins is the group of pins.
type Pins interface {
	PinAdd(ctx context.Context, req nodeapi.PinAddRequest) (cid.Cid, error)
	PinRemove(ctx context.Context, req nodeapi.PinRemoveRequest) (cid.Cid, error)
	// PinUpdate returns the CIDs of both paths.
	PinUpdate(ctx context.Context, req nodeapi.PinUpdateRequest) ([]cid.Cid, error)
	PinList(ctx context.Context, req nodeapi.PinListRequest) iter.Seq2[nodeapi.Pin, error]
}

// Repo is the group of the repo.
type Repo interface {
	RepoStat(ctx context.Context) (nodeapi.RepoStat, error)
	RepoVersion(ctx context.Context) (uint64, error)
	RepoGC(ctx context.Context) iter.Seq2[nodeapi.CIDOutcome, error]
	// RepoVerify looks at every block, tells bad of each that is not what its key
	// says, and stops at bad's error.
	RepoVerify(ctx context.Context, bad func(nodeapi.CIDOutcome) error) (nodeapi.RepoVerified, error)
}

// Datastore is the group of the records of applications, which are apart from the
// backend's own. Keys are checked: each is of the form "/a/b". Values are not
// changed by either side once handed over.
type Datastore interface {
	DatastoreHas(ctx context.Context, key string) (bool, error)
	// DatastoreGet answers nodeapi.CodeNoSuchRecord where there is none.
	DatastoreGet(ctx context.Context, key string) ([]byte, error)
	// DatastoreBatch makes changes at once: all of them, or none. To delete what is
	// not there is no error.
	DatastoreBatch(ctx context.Context, writes []nodeapi.DatastoreWrite) error
	// DatastoreQuery yields the records whose keys begin with q.Prefix, in any
	// order. Changes made during it may be left out.
	DatastoreQuery(ctx context.Context, q nodeapi.DatastoreQuery) iter.Seq2[nodeapi.DatastoreEntry, error]
}

// Extender is a backend whose lists of configuration grow: bootstrap peers,
// relays, topics and so on.
type Extender interface {
	// Extend adds what a new client asks for to what runs. Only the lists of cfg
	// are looked at. An entry that is wrong is an error, and then nothing is
	// added.
	Extend(ctx context.Context, cfg nodeapi.Config) error
}

// Watched is the group of what a node tells by itself.
type Watched interface {
	// Warnings yields the warnings that hold, and those to come until ctx ends. It
	// holds up nobody: a reader that is late may miss some.
	Warnings(ctx context.Context) iter.Seq[nodeapi.Warning]
	// Sample fills in the figures of which the backend knows: Peers, Blocks,
	// RepoSize, Usage and Quota. It is quick: what is dear to count may be old.
	Sample(ctx context.Context, into *nodeapi.StatusSample)
}

// Swarm is the group of connections to peers.
type Swarm interface {
	SwarmConnect(ctx context.Context, addr string) error
	SwarmDisconnect(ctx context.Context, addr string) error
	SwarmPeers(ctx context.Context, req nodeapi.SwarmPeersRequest) ([]nodeapi.SwarmPeer, error)
	SwarmAddrs(ctx context.Context) ([]nodeapi.PeerAddrs, error)
	SwarmLocalAddrs(ctx context.Context) ([]string, error)
	// SwarmEvents yields a connect for each connected peer and then each change,
	// until ctx ends. It holds up nobody: a reader that is late may miss a pair
	// of events that cancel each other out, but never the last state of a peer.
	SwarmEvents(ctx context.Context) iter.Seq2[nodeapi.SwarmEvent, error]
	Ping(ctx context.Context, req nodeapi.PingRequest) iter.Seq2[nodeapi.PingResult, error]
	// Identify returns what a peer, which is not the node itself, tells of itself.
	Identify(ctx context.Context, peer string) (nodeapi.ID, error)
}

// Bootstrap is the group of the list of peers to stay connected with, which is
// that of the configuration.
type Bootstrap interface {
	BootstrapList(ctx context.Context) ([]string, error)
	// BootstrapAdd returns what was added, addr or nothing.
	BootstrapAdd(ctx context.Context, addr string) ([]string, error)
	// BootstrapRemove returns what was removed, addr or nothing.
	BootstrapRemove(ctx context.Context, addr string) ([]string, error)
	// BootstrapClear returns what was removed.
	BootstrapClear(ctx context.Context) ([]string, error)
	// BootstrapReset returns the list with which the backend started.
	BootstrapReset(ctx context.Context) ([]string, error)
}

// Statistics is the group of figures of the network.
type Statistics interface {
	// Bandwidth counts bytes: all, or those of a peer or of a protocol.
	Bandwidth(ctx context.Context, peer, protocol string) (nodeapi.Bandwidth, error)
}

// Bitswap is the group of the exchange of blocks.
type Bitswap interface {
	BitswapStat(ctx context.Context) (nodeapi.BitswapStat, error)
	// BitswapWantlist returns what the node wants, or if peer is not empty what
	// that peer wants of it.
	BitswapWantlist(ctx context.Context, peer string) ([]cid.Cid, error)
}

// Keys is the group of private keys. It is for owners of the repo alone.
type Keys interface {
	KeyGen(ctx context.Context, req nodeapi.KeyGenRequest) (nodeapi.Key, error)
	// KeyList returns all keys, the node's own first.
	KeyList(ctx context.Context, req nodeapi.KeyListRequest) ([]nodeapi.Key, error)
	KeyRemove(ctx context.Context, req nodeapi.KeyRequest) (nodeapi.Key, error)
	KeyRename(ctx context.Context, req nodeapi.KeyRenameRequest) (nodeapi.KeyRenamed, error)
	KeyImport(ctx context.Context, req nodeapi.KeyImportRequest) (nodeapi.Key, error)
	KeyExport(ctx context.Context, req nodeapi.KeyExportRequest) ([]byte, error)
}

// IPNS is the group of names that are published.
type IPNS interface {
	NamePublish(ctx context.Context, req nodeapi.NamePublishRequest) (nodeapi.NamePublished, error)
	// NameResolve yields what a name points at: what is known at once, then what is
	// newer.
	NameResolve(ctx context.Context, req nodeapi.NameResolveRequest) iter.Seq2[nodeapi.NameResolved, error]
}

// Routing is the group of routers. What goes wrong with one of them is an event.
type Routing interface {
	RoutingFindProviders(ctx context.Context, req nodeapi.FindProvidersRequest) iter.Seq2[nodeapi.RoutingEvent, error]
	RoutingFindPeer(ctx context.Context, req nodeapi.FindPeerRequest) iter.Seq2[nodeapi.RoutingEvent, error]
	RoutingGet(ctx context.Context, req nodeapi.RoutingGetRequest) iter.Seq2[nodeapi.RoutingEvent, error]
	RoutingPut(ctx context.Context, req nodeapi.RoutingPutRequest, record []byte) iter.Seq2[nodeapi.RoutingEvent, error]
	RoutingProvide(ctx context.Context, req nodeapi.ProvideRequest) iter.Seq2[nodeapi.RoutingEvent, error]
}

// RemotePins is the group of pins at services elsewhere. The services' tokens go
// in and never come out. It is for owners of the repo alone.
type RemotePins interface {
	PinRemoteServiceAdd(ctx context.Context, req nodeapi.RemoteServiceAdd) error
	PinRemoteServiceRemove(ctx context.Context, name string) error
	PinRemoteServiceList(ctx context.Context, stat bool) iter.Seq2[nodeapi.RemoteService, error]
	PinRemoteAdd(ctx context.Context, req nodeapi.RemotePinAdd) (nodeapi.RemotePin, error)
	PinRemoteList(ctx context.Context, req nodeapi.RemotePinQuery) iter.Seq2[nodeapi.RemotePin, error]
	PinRemoteRemove(ctx context.Context, req nodeapi.RemotePinQuery) error
}

// PubSub is the group of topics.
type PubSub interface {
	// Subscribe listens to a topic. It returns once the node listens.
	Subscribe(ctx context.Context, req nodeapi.SubscribeRequest) (Subscription, error)
	// Publish sends data, which stays unchanged from now on, to all who listen,
	// this node's own subscribers among them.
	Publish(ctx context.Context, topic string, data []byte) error
	PubSubTopics(ctx context.Context) ([]string, error)
	PubSubPeers(ctx context.Context, topic string) ([]string, error)
}

// Rooms is the group of rooms.
type Rooms interface {
	// JoinRoom joins a room. The member stays in it until Close.
	JoinRoom(ctx context.Context, req nodeapi.RoomRequest) (Room, error)
}

// Streams is the group of libp2p streams.
type Streams interface {
	DialProtocol(ctx context.Context, req nodeapi.StreamRequest) (Stream, error)
	// HandleProtocol has handler called in a goroutine of its own with each
	// stream that a peer opens for the protocol, until remove is called. Of
	// several who handle one protocol the last is called; once it is removed, the
	// one before it.
	HandleProtocol(protocol string, handler func(Stream)) (remove func(), err error)
}

// What a backend hands out is of these types, which are in nodeapi so that a
// backend need not know the server.
type (
	// Subscription is one subscriber's messages.
	Subscription = nodeapi.Subscription
	// Room is one member's place in a room.
	Room = nodeapi.Room
	// Stream is a libp2p stream.
	Stream = nodeapi.Stream
)

// Sources is the group of those who are asked for blocks that the backend misses.
type Sources interface {
	// AddBlockSource has a source asked, from many goroutines, until remove is called.
	// Once the backend asks it no more by itself, ended is sent why.
	AddBlockSource(source nodeapi.BlockSource) (ended <-chan error, remove func(), err error)
}

// Origins is the group of what is granted to other origins. A context that has an
// account (nodeapi.AccountOf) is that of a call made for one: what it keeps counts
// towards the account's quota, its pins are apart from all others, and it is told of
// none but these.
type Origins interface {
	// OriginGrants yields what each origin is granted, sorted by origin. If req says
	// Revoked so it does for those that are granted nothing, but have pins or files.
	OriginGrants(ctx context.Context, req nodeapi.GrantsListRequest) iter.Seq2[nodeapi.OriginGrants, error]
	// OriginGrantsOf reports false if that origin is granted nothing.
	OriginGrantsOf(ctx context.Context, origin string) (nodeapi.OriginGrants, bool, error)
	SetOriginGrants(ctx context.Context, origin string, grants nodeapi.Grants) error
	// RemoveOriginGrants removes the grants of an origin, if it has any. With forget
	// it also removes its pins and its files, whether it has grants or not.
	RemoveOriginGrants(ctx context.Context, origin string, forget bool) error
}
