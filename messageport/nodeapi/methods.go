package nodeapi

// The methods, with what flows under each: the request and the result are one
// CBOR value each; ↑ is the stream from client to server, ↓ the one back, each
// of raw bytes, of items, or of both. None means that there is no such stream
// and, for a result, CBOR null.
const (
	// MethodID: IDRequest → ID.
	MethodID = "id"
	// MethodVersion: none → Version.
	MethodVersion = "version"
	// MethodIsOnline: none → bool.
	MethodIsOnline = "isOnline"
	// MethodStatus: none → Status. Answered by the server itself.
	MethodStatus = "status"
	// MethodStatusSamples: SamplesRequest → SampleList. What the server keeps is
	// about the last hour.
	MethodStatusSamples = "status.samples"
	// MethodEvents: none → none; ↓ items NodeEvent, the first one with the
	// configuration, until the call is cancelled.
	MethodEvents = "events"

	// MethodLogList: none → LogLevels.
	MethodLogList = "log.ls"
	// MethodLogLevel: LogLevel → none.
	MethodLogLevel = "log.level"
	// MethodLogTail: LogTailRequest → none; ↓ items LogLine.
	MethodLogTail = "log.tail"

	// MethodAdd: AddOptions → none; ↑ for each entry an item FileHeader, and
	// after a file's the file's bytes; ↓ items AddEvent.
	MethodAdd = "add"
	// MethodCat: CatRequest → none; ↓ bytes, or an item Leaves.
	MethodCat = "cat"
	// MethodGet: GetRequest → none; ↓ bytes of a TAR archive.
	MethodGet = "get"
	// MethodList: PathRequest → none; ↓ items Entry.
	MethodList = "ls"

	// MethodFilesCopy: FilesCopyRequest → none.
	MethodFilesCopy = "files.cp"
	// MethodFilesMkdir: FilesMkdirRequest → none.
	MethodFilesMkdir = "files.mkdir"
	// MethodFilesStat: FilesStatRequest → FilesStat.
	MethodFilesStat = "files.stat"
	// MethodFilesTouch: FilesTouchRequest → none.
	MethodFilesTouch = "files.touch"
	// MethodFilesChmod: FilesChmodRequest → none.
	MethodFilesChmod = "files.chmod"
	// MethodFilesRemove: FilesRemoveRequest → none.
	MethodFilesRemove = "files.rm"
	// MethodFilesRead: FilesReadRequest → none; ↓ bytes.
	MethodFilesRead = "files.read"
	// MethodFilesWrite: FilesWriteRequest → none; ↑ bytes. With a length it may
	// end before all of them are sent.
	MethodFilesWrite = "files.write"
	// MethodFilesMove: FilesMoveRequest → none.
	MethodFilesMove = "files.mv"
	// MethodFilesFlush: FilesFlushRequest → CIDResult.
	MethodFilesFlush = "files.flush"
	// MethodFilesList: FilesListRequest → none; ↓ items MFSEntry.
	MethodFilesList = "files.ls"

	// MethodDAGPut: DAGPutOptions → CIDResult; ↑ bytes of the node in its input
	// codec.
	MethodDAGPut = "dag.put"
	// MethodDAGGet: PathRequest → DAGResolved; ↓ bytes of the block that the
	// path ends in.
	MethodDAGGet = "dag.get"
	// MethodDAGResolve: PathRequest → DAGResolved.
	MethodDAGResolve = "dag.resolve"
	// MethodDAGStat: DAGStatRequest → DAGStat.
	MethodDAGStat = "dag.stat"
	// MethodDAGExport: PathRequest → none; ↓ bytes of a CAR, version 1, whose one
	// root is the block in which the path ends.
	MethodDAGExport = "dag.export"
	// MethodDAGImport: DAGImportOptions → DAGImported; ↑ for each CAR, of version 1
	// or 2, an item CARHeader and then the CAR's bytes; ↓ items ImportedRoot, all
	// of them after the last CAR has been taken in.
	MethodDAGImport = "dag.import"

	// MethodRefs: RefsRequest → none; ↓ items Ref.
	MethodRefs = "refs"
	// MethodRefsLocal: none → none; ↓ items CIDResult, one for each block of the
	// repo, as a raw block's: of what codec it is the repo does not know.
	MethodRefsLocal = "refs.local"
	// MethodResolve: ResolveRequest → ResolvedPath.
	MethodResolve = "resolve"
	// MethodDNS: DNSRequest → ResolvedPath.
	MethodDNS = "dns"

	// MethodBlockPut: BlockPutOptions → BlockStat; ↑ bytes of the block.
	MethodBlockPut = "block.put"
	// MethodBlockGet: CIDRequest → BlockStat; ↓ bytes of the block.
	MethodBlockGet = "block.get"
	// MethodBlockRemove: BlockRemoveRequest → none; ↓ items CIDOutcome.
	MethodBlockRemove = "block.rm"
	// MethodBlockStat: CIDRequest → BlockStat.
	MethodBlockStat = "block.stat"

	// MethodPinAdd: PinAddRequest → CIDResult.
	MethodPinAdd = "pin.add"
	// MethodPinRemove: PinRemoveRequest → CIDResult.
	MethodPinRemove = "pin.rm"
	// MethodPinList: PinListRequest → none; ↓ items Pin.
	MethodPinList = "pin.ls"
	// MethodPinUpdate: PinUpdateRequest → CIDList, of the two CIDs.
	MethodPinUpdate = "pin.update"

	// MethodRepoStat: none → RepoStat.
	MethodRepoStat = "repo.stat"
	// MethodRepoGC: RepoGCRequest → none; ↓ items CIDOutcome, one per block removed
	// or not removable.
	MethodRepoGC = "repo.gc"
	// MethodRepoVerify: none → RepoVerified; ↓ items CIDOutcome, one per block
	// that is not what its key says.
	MethodRepoVerify = "repo.verify"
	// MethodRepoVersion: none → uint.
	MethodRepoVersion = "repo.version"

	// MethodDatastoreHas: DatastoreKey → bool. The records of datastore.* are those
	// of applications, which the node keeps beside its own and never reads.
	MethodDatastoreHas = "datastore.has"
	// MethodDatastoreGet: DatastoreKey → none; ↓ bytes of the value.
	MethodDatastoreGet = "datastore.get"
	// MethodDatastoreBatch: none → none; ↑ for each change an item DatastoreChange
	// and, unless it deletes, the bytes of the value. All of them are made at once
	// when all have come.
	MethodDatastoreBatch = "datastore.batch"
	// MethodDatastoreQuery: DatastoreQuery → none; ↓ items DatastoreRecord, each
	// with the bytes of its value after it. It tells what was there when it began.
	MethodDatastoreQuery = "datastore.query"

	// MethodSwarmConnect: AddrRequest → none.
	MethodSwarmConnect = "swarm.connect"
	// MethodSwarmDisconnect: AddrRequest → none.
	MethodSwarmDisconnect = "swarm.disconnect"
	// MethodSwarmPeers: SwarmPeersRequest → none; ↓ items SwarmPeer.
	MethodSwarmPeers = "swarm.peers"
	// MethodSwarmAddrs: none → none; ↓ items PeerAddrs.
	MethodSwarmAddrs = "swarm.addrs"
	// MethodSwarmLocalAddrs: none → AddrList.
	MethodSwarmLocalAddrs = "swarm.localAddrs"
	// MethodSwarmEvents: none → none; ↓ items SwarmEvent, first one for each peer
	// that is connected, then each change, until the call is cancelled.
	MethodSwarmEvents = "swarm.events"
	// MethodPing: PingRequest → none; ↓ items PingResult.
	MethodPing = "ping"

	// MethodBitswapStat: none → BitswapStat.
	MethodBitswapStat = "bitswap.stat"
	// MethodBitswapWantlist: WantlistRequest → none; ↓ items CIDResult.
	MethodBitswapWantlist = "bitswap.wantlist"

	// MethodStatsBandwidth: BandwidthRequest → none; ↓ items Bandwidth: one or, if
	// it polls, one for each interval until the call is cancelled.
	MethodStatsBandwidth = "stats.bw"

	// MethodBootstrapList: none → AddrList, the peers that the node connects to and
	// stays connected with: those of its configuration, Config.Bootstrap, which is
	// all that there is. What the methods below change ends with the worker, and
	// holds for all tabs; a tab that connects later still adds what it asks for.
	MethodBootstrapList = "bootstrap.list"
	// MethodBootstrapAdd: AddrRequest → AddrList, with the address if it was not in
	// the list. As Config.Bootstrap, it grows.
	MethodBootstrapAdd = "bootstrap.add"
	// MethodBootstrapRemove: AddrRequest → AddrList, with the address if it was in
	// the list. A connection that there is stays until something else closes it.
	MethodBootstrapRemove = "bootstrap.rm"
	// MethodBootstrapClear: none → AddrList, those removed, all that there were.
	MethodBootstrapClear = "bootstrap.clear"
	// MethodBootstrapReset: none → AddrList, which is then the list: that with which
	// the node started, of the first tab's configuration. There is no other
	// default: a node of nobody's wish connects to nobody.
	MethodBootstrapReset = "bootstrap.reset"

	// MethodConfigGetAll: none → Config, the one in force.
	MethodConfigGetAll = "config.getAll"

	// MethodKeyGen: KeyGenRequest → Key.
	MethodKeyGen = "key.gen"
	// MethodKeyList: KeyListRequest → none; ↓ items Key, "self" first, the others
	// by name.
	MethodKeyList = "key.list"
	// MethodKeyRemove: KeyRequest → Key, which is gone.
	MethodKeyRemove = "key.rm"
	// MethodKeyRename: KeyRenameRequest → KeyRenamed.
	MethodKeyRename = "key.rename"
	// MethodKeyImport: KeyImportRequest → Key.
	MethodKeyImport = "key.import"
	// MethodKeyExport: KeyExportRequest → KeyExported.
	MethodKeyExport = "key.export"

	// MethodNamePublish: NamePublishRequest → NamePublished.
	MethodNamePublish = "name.publish"
	// MethodNameResolve: NameResolveRequest → none; ↓ items NameResolved, each
	// newer than the one before it, and no two the same. The last is the answer.
	MethodNameResolve = "name.resolve"

	// MethodRoutingFindProviders: FindProvidersRequest → none; ↓ items
	// RoutingEvent.
	MethodRoutingFindProviders = "routing.findProvs"
	// MethodRoutingFindPeer: FindPeerRequest → none; ↓ items RoutingEvent.
	MethodRoutingFindPeer = "routing.findPeer"
	// MethodRoutingGet: RoutingGetRequest → none; ↓ items RoutingEvent; of VALUE
	// each is a valid record, newer than the one before it.
	MethodRoutingGet = "routing.get"
	// MethodRoutingPut: RoutingPutRequest → none; ↑ bytes of the record; ↓ items
	// RoutingEvent, at the end VALUE with what was put.
	MethodRoutingPut = "routing.put"
	// MethodRoutingProvide: ProvideRequest → none; ↓ items RoutingEvent.
	MethodRoutingProvide = "routing.provide"

	// MethodPinRemoteServiceAdd: RemoteServiceAdd → none.
	MethodPinRemoteServiceAdd = "pin.remote.service.add"
	// MethodPinRemoteServiceRemove: RemoteServiceRequest → none; no error if there
	// is no such service.
	MethodPinRemoteServiceRemove = "pin.remote.service.rm"
	// MethodPinRemoteServiceList: RemoteServiceList → none; ↓ items RemoteService.
	MethodPinRemoteServiceList = "pin.remote.service.ls"
	// MethodPinRemoteAdd: RemotePinAdd → RemotePin.
	MethodPinRemoteAdd = "pin.remote.add"
	// MethodPinRemoteList: RemotePinQuery → none; ↓ items RemotePin.
	MethodPinRemoteList = "pin.remote.ls"
	// MethodPinRemoteRemove: RemotePinQuery → none. It is both rm and rmAll.
	MethodPinRemoteRemove = "pin.remote.rm"

	// MethodPubSubSubscribe: SubscribeRequest → none; ↓ items PubSubEvent, and
	// after each that has a message the message's bytes, until the call is
	// cancelled.
	MethodPubSubSubscribe = "pubsub.subscribe"
	// MethodPubSubPublish: TopicRequest → none; ↑ bytes of the message.
	MethodPubSubPublish = "pubsub.publish"
	// MethodPubSubList: none → TopicList.
	MethodPubSubList = "pubsub.ls"
	// MethodPubSubPeers: TopicRequest → PeerList.
	MethodPubSubPeers = "pubsub.peers"

	// MethodRoomJoin: RoomRequest → none; ↓ items RoomEvent, and after each that
	// is a message the message's bytes. Cancelling the call leaves the room.
	MethodRoomJoin = "room.join"
	// MethodRoomSend: RoomSend → none; ↑ bytes of the message. It ends when the
	// message has been published or handed to the peer's stream.
	MethodRoomSend = "room.send"

	// MethodStreamDial: StreamRequest → none; ↓ one item StreamOpened, then ↑ and
	// ↓ the bytes of the stream. END is half-close either way; cancelling the
	// call resets the stream, and a stream that the peer resets ends the call with
	// CodeStreamReset.
	MethodStreamDial = "libp2p.dialProtocol"
	// MethodStreamHandle: HandleRequest → none; ↓ items StreamOffer, the first
	// with no stream in it once the protocol is handled, then one for each
	// stream that a peer opens. Cancelling the call ends the handling, not the
	// streams.
	MethodStreamHandle = "libp2p.handle"
	// MethodStreamAccept: StreamAccept → none; as libp2p.dialProtocol.
	MethodStreamAccept = "libp2p.accept"

	// MethodPortsCreate: PortRequest → PortSecret. This method and those below are
	// for sessions that have no grants, and so all rights.
	MethodPortsCreate = "ports.create"
	// MethodPortsRevoke: PortRevokeRequest → none. It ends the port's session and its
	// calls at once; no error if there is no such port any more.
	MethodPortsRevoke = "ports.revoke"

	// MethodGrantsList: GrantsListRequest → none; ↓ items OriginGrants, by origin.
	MethodGrantsList = "grants.list"
	// MethodGrantsSet: GrantsSetRequest → none. Sessions of the origin that follow
	// its grants end with CodeGrantsChanged, and have the new ones when they connect
	// again.
	MethodGrantsSet = "grants.set"
	// MethodGrantsRevoke: GrantsRevokeRequest → none; no error if it has no grants.
	// All of the origin's sessions end, and their calls at once.
	MethodGrantsRevoke = "grants.revoke"

	// MethodSourcesServe: none → none; ↓ items SourceWant, the first with no block in
	// it, then one for each block that the node looks for, until the call is cancelled.
	MethodSourcesServe = "sources.serve"
	// MethodSourcesAnswer: SourceAnswer → none; ↑ bytes of the block if it was found.
	MethodSourcesAnswer = "sources.answer"
)
