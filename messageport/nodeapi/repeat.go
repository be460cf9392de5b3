package nodeapi

// Repeat says when a client may make a call again that was lost with its worker
// or its port. Such a call has no verdict: it may have been done, or not.
type Repeat string

const (
	// RepeatRead is for calls that change nothing. They are made again if nothing
	// of the answer was taken yet.
	RepeatRead Repeat = "read"
	// RepeatSame is for calls that change nothing and whose answer is the same each
	// time, also in its order. What was taken of it is left out.
	RepeatSame Repeat = "same"
	// RepeatInput is for calls that done twice have done the same as once, and whose
	// answer is the same each time. They are made again if their input can be read
	// again; what was taken of the answer is left out.
	RepeatInput Repeat = "input"
)

// Repeats has the methods that may be called again. Others may not: what they
// do is done twice then, or undoes what others did meanwhile; and those that
// last are begun anew by whoever asked for them, since what they gave is gone.
var Repeats = map[string]Repeat{
	MethodID:              RepeatRead,
	MethodVersion:         RepeatRead,
	MethodIsOnline:        RepeatRead,
	MethodStatus:          RepeatRead,
	MethodStatusSamples:   RepeatRead,
	MethodLogList:         RepeatRead,
	MethodGet:             RepeatRead, // an archive tells the time at which it was made
	MethodFilesStat:       RepeatRead,
	MethodFilesRead:       RepeatRead, // the file may be another by then
	MethodFilesList:       RepeatRead,
	MethodDAGResolve:      RepeatRead,
	MethodDAGStat:         RepeatRead,
	MethodRefsLocal:       RepeatRead,
	MethodResolve:         RepeatRead,
	MethodDNS:             RepeatRead,
	MethodBlockStat:       RepeatRead,
	MethodPinList:         RepeatRead,
	MethodRepoStat:        RepeatRead,
	MethodRepoVerify:      RepeatRead,
	MethodRepoVersion:     RepeatRead,
	MethodDatastoreHas:    RepeatRead,
	MethodDatastoreGet:    RepeatRead,
	MethodDatastoreQuery:  RepeatRead,
	MethodSwarmPeers:      RepeatRead,
	MethodSwarmAddrs:      RepeatRead,
	MethodSwarmLocalAddrs: RepeatRead,
	MethodPing:            RepeatRead,
	MethodBitswapStat:     RepeatRead,
	MethodBitswapWantlist: RepeatRead,
	MethodBootstrapList:   RepeatRead,
	MethodConfigGetAll:    RepeatRead,
	MethodPubSubList:      RepeatRead,
	MethodPubSubPeers:     RepeatRead,

	MethodKeyList:              RepeatRead,
	MethodKeyExport:            RepeatRead,
	MethodNameResolve:          RepeatRead,
	MethodRoutingFindProviders: RepeatRead,
	MethodRoutingFindPeer:      RepeatRead,
	MethodRoutingGet:           RepeatRead,
	MethodPinRemoteServiceList: RepeatRead,
	MethodPinRemoteList:        RepeatRead,
	MethodGrantsList:           RepeatRead,

	MethodCat:       RepeatSame,
	MethodList:      RepeatSame,
	MethodDAGGet:    RepeatSame,
	MethodBlockGet:  RepeatSame,
	MethodDAGExport: RepeatSame,
	MethodRefs:      RepeatSame,

	MethodAdd:          RepeatInput,
	MethodDAGPut:       RepeatInput,
	MethodDAGImport:    RepeatInput,
	MethodBlockPut:     RepeatInput,
	MethodPinAdd:       RepeatInput,
	MethodLogLevel:     RepeatInput,
	MethodSwarmConnect: RepeatInput,
	MethodRoutingPut:   RepeatInput,
}
