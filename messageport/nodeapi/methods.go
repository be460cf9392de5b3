package nodeapi

// The methods, with what flows under each: the request and the result are one
// CBOR value each; ↑ is the stream from client to server, ↓ the one back, each
// of raw bytes, of items, or of both. None means that there is no such stream
// and, for a result, CBOR null.
const (
	// MethodID: none → ID.
	MethodID = "id"
	// MethodVersion: none → Version.
	MethodVersion = "version"
	// MethodIsOnline: none → bool.
	MethodIsOnline = "isOnline"
	// MethodStatus: none → Status. Answered by the server itself.
	MethodStatus = "status"

	// MethodAdd: AddOptions → none; ↑ for each entry an item FileHeader, and
	// after a file's the file's bytes; ↓ items AddEvent.
	MethodAdd = "add"
	// MethodCat: CatRequest → none; ↓ bytes.
	MethodCat = "cat"
	// MethodGet: GetRequest → none; ↓ bytes of a TAR archive.
	MethodGet = "get"
	// MethodList: PathRequest → none; ↓ items Entry.
	MethodList = "ls"

	// MethodDAGPut: DAGPutOptions → CIDResult; ↑ bytes of the node in its input
	// codec.
	MethodDAGPut = "dag.put"
	// MethodDAGGet: PathRequest → DAGResolved; ↓ bytes of the block that the
	// path ends in.
	MethodDAGGet = "dag.get"
	// MethodDAGResolve: PathRequest → DAGResolved.
	MethodDAGResolve = "dag.resolve"

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

	// MethodRepoStat: none → RepoStat.
	MethodRepoStat = "repo.stat"
	// MethodRepoGC: none → none; ↓ items CIDOutcome, one per block removed or
	// not removable.
	MethodRepoGC = "repo.gc"
	// MethodRepoVerify: none → RepoVerified; ↓ items CIDOutcome, one per block
	// that is not what its key says.
	MethodRepoVerify = "repo.verify"
	// MethodRepoVersion: none → uint.
	MethodRepoVersion = "repo.version"
)
