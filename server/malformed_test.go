package server_test

import (
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// requests has the type of each method's request, nil for none.
var requests = map[string]reflect.Type{
	nodeapi.MethodID:            reflect.TypeFor[nodeapi.IDRequest](),
	nodeapi.MethodVersion:       nil,
	nodeapi.MethodIsOnline:      nil,
	nodeapi.MethodStatus:        nil,
	nodeapi.MethodEvents:        nil,
	nodeapi.MethodStatusSamples: reflect.TypeFor[nodeapi.SamplesRequest](),
	nodeapi.MethodLogList:       nil,
	nodeapi.MethodLogLevel:      reflect.TypeFor[nodeapi.LogLevel](),
	nodeapi.MethodLogTail:       reflect.TypeFor[nodeapi.LogTailRequest](),
	nodeapi.MethodAdd:           reflect.TypeFor[nodeapi.AddOptions](),
	nodeapi.MethodCat:           reflect.TypeFor[nodeapi.CatRequest](),
	nodeapi.MethodGet:           reflect.TypeFor[nodeapi.GetRequest](),
	nodeapi.MethodList:          reflect.TypeFor[nodeapi.PathRequest](),

	nodeapi.MethodFilesCopy:   reflect.TypeFor[nodeapi.FilesCopyRequest](),
	nodeapi.MethodFilesMkdir:  reflect.TypeFor[nodeapi.FilesMkdirRequest](),
	nodeapi.MethodFilesStat:   reflect.TypeFor[nodeapi.FilesStatRequest](),
	nodeapi.MethodFilesTouch:  reflect.TypeFor[nodeapi.FilesTouchRequest](),
	nodeapi.MethodFilesChmod:  reflect.TypeFor[nodeapi.FilesChmodRequest](),
	nodeapi.MethodFilesRemove: reflect.TypeFor[nodeapi.FilesRemoveRequest](),
	nodeapi.MethodFilesRead:   reflect.TypeFor[nodeapi.FilesReadRequest](),
	nodeapi.MethodFilesWrite:  reflect.TypeFor[nodeapi.FilesWriteRequest](),
	nodeapi.MethodFilesMove:   reflect.TypeFor[nodeapi.FilesMoveRequest](),
	nodeapi.MethodFilesFlush:  reflect.TypeFor[nodeapi.FilesFlushRequest](),
	nodeapi.MethodFilesList:   reflect.TypeFor[nodeapi.FilesListRequest](),

	nodeapi.MethodDAGPut:      reflect.TypeFor[nodeapi.DAGPutOptions](),
	nodeapi.MethodDAGGet:      reflect.TypeFor[nodeapi.PathRequest](),
	nodeapi.MethodDAGResolve:  reflect.TypeFor[nodeapi.PathRequest](),
	nodeapi.MethodDAGStat:     reflect.TypeFor[nodeapi.DAGStatRequest](),
	nodeapi.MethodDAGExport:   reflect.TypeFor[nodeapi.PathRequest](),
	nodeapi.MethodDAGImport:   reflect.TypeFor[nodeapi.DAGImportOptions](),
	nodeapi.MethodRefs:        reflect.TypeFor[nodeapi.RefsRequest](),
	nodeapi.MethodRefsLocal:   nil,
	nodeapi.MethodResolve:     reflect.TypeFor[nodeapi.ResolveRequest](),
	nodeapi.MethodDNS:         reflect.TypeFor[nodeapi.DNSRequest](),
	nodeapi.MethodBlockPut:    reflect.TypeFor[nodeapi.BlockPutOptions](),
	nodeapi.MethodBlockGet:    reflect.TypeFor[nodeapi.CIDRequest](),
	nodeapi.MethodBlockRemove: reflect.TypeFor[nodeapi.BlockRemoveRequest](),
	nodeapi.MethodBlockStat:   reflect.TypeFor[nodeapi.CIDRequest](),
	nodeapi.MethodPinAdd:      reflect.TypeFor[nodeapi.PinAddRequest](),
	nodeapi.MethodPinRemove:   reflect.TypeFor[nodeapi.PinRemoveRequest](),
	nodeapi.MethodPinList:     reflect.TypeFor[nodeapi.PinListRequest](),
	nodeapi.MethodPinUpdate:   reflect.TypeFor[nodeapi.PinUpdateRequest](),
	nodeapi.MethodRepoStat:    nil,
	nodeapi.MethodRepoGC:      reflect.TypeFor[nodeapi.RepoGCRequest](),
	nodeapi.MethodRepoVerify:  nil,
	nodeapi.MethodRepoVersion: nil,

	nodeapi.MethodSwarmConnect:           reflect.TypeFor[nodeapi.AddrRequest](),
	nodeapi.MethodSwarmDisconnect:        reflect.TypeFor[nodeapi.AddrRequest](),
	nodeapi.MethodSwarmPeers:             reflect.TypeFor[nodeapi.SwarmPeersRequest](),
	nodeapi.MethodSwarmAddrs:             nil,
	nodeapi.MethodSwarmLocalAddrs:        nil,
	nodeapi.MethodSwarmEvents:            nil,
	nodeapi.MethodPing:                   reflect.TypeFor[nodeapi.PingRequest](),
	nodeapi.MethodBitswapStat:            nil,
	nodeapi.MethodBitswapWantlist:        reflect.TypeFor[nodeapi.WantlistRequest](),
	nodeapi.MethodStatsBandwidth:         reflect.TypeFor[nodeapi.BandwidthRequest](),
	nodeapi.MethodBootstrapList:          nil,
	nodeapi.MethodBootstrapAdd:           reflect.TypeFor[nodeapi.AddrRequest](),
	nodeapi.MethodBootstrapRemove:        reflect.TypeFor[nodeapi.AddrRequest](),
	nodeapi.MethodBootstrapClear:         nil,
	nodeapi.MethodBootstrapReset:         nil,
	nodeapi.MethodConfigGetAll:           nil,
	nodeapi.MethodPubSubSubscribe:        reflect.TypeFor[nodeapi.SubscribeRequest](),
	nodeapi.MethodPubSubPublish:          reflect.TypeFor[nodeapi.TopicRequest](),
	nodeapi.MethodPubSubList:             nil,
	nodeapi.MethodPubSubPeers:            reflect.TypeFor[nodeapi.TopicRequest](),
	nodeapi.MethodPinRemoteServiceAdd:    reflect.TypeFor[nodeapi.RemoteServiceAdd](),
	nodeapi.MethodPinRemoteServiceRemove: reflect.TypeFor[nodeapi.RemoteServiceRequest](),
	nodeapi.MethodPinRemoteServiceList:   reflect.TypeFor[nodeapi.RemoteServiceList](),
	nodeapi.MethodPinRemoteAdd:           reflect.TypeFor[nodeapi.RemotePinAdd](),
	nodeapi.MethodPinRemoteList:          reflect.TypeFor[nodeapi.RemotePinQuery](),
	nodeapi.MethodPinRemoteRemove:        reflect.TypeFor[nodeapi.RemotePinQuery](),
	nodeapi.MethodNamePublish:            reflect.TypeFor[nodeapi.NamePublishRequest](),
	nodeapi.MethodNameResolve:            reflect.TypeFor[nodeapi.NameResolveRequest](),
	nodeapi.MethodRoutingFindPeer:        reflect.TypeFor[nodeapi.FindPeerRequest](),
	nodeapi.MethodRoutingGet:             reflect.TypeFor[nodeapi.RoutingGetRequest](),
	nodeapi.MethodRoutingPut:             reflect.TypeFor[nodeapi.RoutingPutRequest](),
	nodeapi.MethodRoutingProvide:         reflect.TypeFor[nodeapi.ProvideRequest](),
	nodeapi.MethodRoutingFindProviders:   reflect.TypeFor[nodeapi.FindProvidersRequest](),
	nodeapi.MethodDatastoreHas:           reflect.TypeFor[nodeapi.DatastoreKey](),
	nodeapi.MethodDatastoreGet:           reflect.TypeFor[nodeapi.DatastoreKey](),
	nodeapi.MethodDatastoreBatch:         nil,
	nodeapi.MethodDatastoreQuery:         reflect.TypeFor[nodeapi.DatastoreQuery](),
	nodeapi.MethodKeyGen:                 reflect.TypeFor[nodeapi.KeyGenRequest](),
	nodeapi.MethodKeyList:                reflect.TypeFor[nodeapi.KeyListRequest](),
	nodeapi.MethodKeyRemove:              reflect.TypeFor[nodeapi.KeyRequest](),
	nodeapi.MethodKeyRename:              reflect.TypeFor[nodeapi.KeyRenameRequest](),
	nodeapi.MethodKeyImport:              reflect.TypeFor[nodeapi.KeyImportRequest](),
	nodeapi.MethodKeyExport:              reflect.TypeFor[nodeapi.KeyExportRequest](),
	nodeapi.MethodRoomJoin:               reflect.TypeFor[nodeapi.RoomRequest](),
	nodeapi.MethodRoomSend:               reflect.TypeFor[nodeapi.RoomSend](),
	nodeapi.MethodStreamDial:             reflect.TypeFor[nodeapi.StreamRequest](),
	nodeapi.MethodStreamHandle:           reflect.TypeFor[nodeapi.HandleRequest](),
	nodeapi.MethodStreamAccept:           reflect.TypeFor[nodeapi.StreamAccept](),
	nodeapi.MethodPortsCreate:            reflect.TypeFor[nodeapi.PortRequest](),
	nodeapi.MethodPortsRevoke:            reflect.TypeFor[nodeapi.PortRevokeRequest](),
	nodeapi.MethodGrantsList:             reflect.TypeFor[nodeapi.GrantsListRequest](),
	nodeapi.MethodGrantsSet:              reflect.TypeFor[nodeapi.GrantsSetRequest](),
	nodeapi.MethodGrantsRevoke:           reflect.TypeFor[nodeapi.GrantsRevokeRequest](),
	nodeapi.MethodSourcesServe:           nil,
	nodeapi.MethodSourcesAnswer:          reflect.TypeFor[nodeapi.SourceAnswer](),
}

// endless are the methods whose calls have no end of their own.
var endless = []string{
	nodeapi.MethodSwarmEvents, nodeapi.MethodPubSubSubscribe, nodeapi.MethodRoomJoin, nodeapi.MethodStreamHandle,
	nodeapi.MethodEvents, nodeapi.MethodSourcesServe,
}

// own are the methods of the server itself, which it answers whatever becomes of
// the backend.
var own = []string{
	nodeapi.MethodStatus, nodeapi.MethodStatusSamples, nodeapi.MethodEvents,
	nodeapi.MethodLogList, nodeapi.MethodLogLevel, nodeapi.MethodLogTail, nodeapi.MethodConfigGetAll,
	nodeapi.MethodPortsCreate, nodeapi.MethodPortsRevoke,
}

// wrongValues are what a careless or hostile page puts into a field.
var wrongValues = []struct {
	name  string
	value any
	fits  func(reflect.Type) bool // the types for which it is not wrong
}{
	{"negative", -1, isKind(reflect.Int, reflect.Int64)},
	{"fraction", 1.5, never},
	{"NaN", math.NaN(), never},
	{"infinity", math.Inf(-1), never},
	{"too large a number", uint64(math.MaxUint64), isKind(reflect.Uint64)},
	{"text", "text", isKind(reflect.String)},
	{"bytes", []byte("bytes"), isBytes},
	{"bool", true, isKind(reflect.Bool)},
	{"list", []any{1}, isBytes},
	{"map", map[string]any{"a": 1}, isKind(reflect.Struct)},
}

func never(reflect.Type) bool { return false }

func isBytes(t reflect.Type) bool { return t == reflect.TypeFor[[]byte]() }

func isKind(kinds ...reflect.Kind) func(reflect.Type) bool {
	return func(t reflect.Type) bool { return slices.Contains(kinds, t.Kind()) && t != reflect.TypeFor[cid.Cid]() }
}

func TestRequestsCoverEveryMethod(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		f.wantCode(conn.Invoke(f.Context(), "no.such", nil, nil), messageport.CodeUnknownMethod)
		for method := range requests {
			if slices.Contains(endless, method) {
				continue
			}
			err := conn.Invoke(f.Context(), method, nil, nil)
			if errors.Is(err, &messageport.Error{Code: messageport.CodeUnknownMethod}) {
				f.Errorf("the server does not know %s", method)
			}
		}
	})
}

// Each field of each request, filled with each value of a wrong type.
func TestWrongTypesNameTheField(t *testing.T) {
	for method, typ := range requests {
		if typ == nil {
			continue
		}
		t.Run(method, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dial()
				for field := range typ.Fields() {
					name, _, _ := strings.Cut(field.Tag.Get("cbor"), ",")
					f.tryWrongValues(conn, method, name, field.Type)
				}
				f.alive(conn)
			})
		})
	}
}

func (f *fixture) tryWrongValues(conn *messageport.ClientConn, method, name string, typ reflect.Type) {
	f.Helper()
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	want := nodeapi.CodeInvalidOption
	switch name {
	case "path", "paths", "from":
		want = nodeapi.CodeInvalidPath
	case "cid", "cids":
		want = nodeapi.CodeInvalidCID
	case "addr":
		want = nodeapi.CodeInvalidAddress
	case "peer":
		want = nodeapi.CodeInvalidPeerID
	case "topic":
		want = nodeapi.CodeInvalidTopic
	case "domain":
		want = nodeapi.CodeInvalidName
	}
	for _, wrong := range wrongValues {
		if wrong.fits(typ) {
			continue
		}
		err := conn.Invoke(f.Context(), method, map[string]any{name: wrong.value}, nil)
		e := f.wantCode(err, want)
		_, told := e.Details["value"]
		if e.Op != method || e.Details["field"] != name || !told {
			f.Errorf("%s with %s as %s: got op %q, details %v; want %q, and the field and its value",
				method, wrong.name, name, e.Op, e.Details, method)
		}
	}
}

var emptyCID = cid.MustParse("bafkqaaa")

func TestBadValues(t *testing.T) {
	long := strings.Repeat("x", 50_000)
	undefined := map[string]any{"cid": []byte{}}
	for _, tc := range []struct {
		method  string
		request any
		want    nodeapi.Code
	}{
		{nodeapi.MethodAdd, nodeapi.AddOptions{PinName: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodAdd, nodeapi.AddOptions{Profile: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodCat, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodCat, nodeapi.CatRequest{Path: "\xff"}, messageport.CodeBadRequest},
		{nodeapi.MethodCat, nodeapi.CatRequest{Path: "bafkqaaa/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodCat, nodeapi.CatRequest{Path: "not/a/cid"}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodGet, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodGet, nodeapi.GetRequest{Path: "bafkqaaa/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodList, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodList, nodeapi.PathRequest{Path: "bafkqaaa/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesCopy, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{From: []string{"/a"}}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{From: []string{""}, To: "/b"}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{From: []string{"/a"}, To: "/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesMkdir, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesMkdir, nodeapi.FilesMkdirRequest{Path: "not/absolute"}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesStat, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesStat, nodeapi.FilesStatRequest{Path: "/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesTouch, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesTouch, nodeapi.FilesTouchRequest{Path: "/none"}, nodeapi.CodeNoLink},
		{nodeapi.MethodFilesChmod, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesChmod, nodeapi.FilesChmodRequest{Path: "/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesRemove, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesRemove, nodeapi.FilesRemoveRequest{Paths: []string{"/a", ""}}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesRead, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesRead, nodeapi.FilesReadRequest{Path: "/"}, nodeapi.CodeNotAFile},
		{nodeapi.MethodFilesWrite, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesWrite, nodeapi.FilesWriteRequest{Path: "/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesMove, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesMove, nodeapi.FilesMoveRequest{From: []string{"/a"}, To: "b"}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesFlush, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesFlush, nodeapi.FilesFlushRequest{Path: "/none"}, nodeapi.CodeNoLink},
		{nodeapi.MethodFilesList, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodFilesList, nodeapi.FilesListRequest{Path: "/none"}, nodeapi.CodeNoLink},
		{nodeapi.MethodDAGPut, nodeapi.DAGPutOptions{StoreCodec: long}, nodeapi.CodeUnknownCodec},
		{nodeapi.MethodDAGGet, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodDAGResolve, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodDAGStat, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodDAGStat, nodeapi.DAGStatRequest{Paths: []string{"bafkqaaa", ""}}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodDAGStat, nodeapi.DAGStatRequest{Paths: slices.Repeat([]string{"bafkqaaa"}, 257)}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodDAGExport, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodDAGExport, nodeapi.PathRequest{Path: "bafkqaaa/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodDAGExport, nodeapi.PathRequest{Path: "not/a/cid"}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodRefs, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodRefs, nodeapi.RefsRequest{Paths: []string{long}}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodRefs, nodeapi.RefsRequest{Paths: slices.Repeat([]string{"bafkqaaa"}, 257)}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodRefs, nodeapi.RefsRequest{Paths: []string{"bafkqaaa"}, Format: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodResolve, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodResolve, nodeapi.ResolveRequest{Name: "/ipfs/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodResolve, nodeapi.ResolveRequest{Name: "bafkqaaa", CidBase: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDNS, nil, nodeapi.CodeInvalidName},
		{nodeapi.MethodDNS, nodeapi.DNSRequest{Domain: long}, nodeapi.CodeInvalidName},
		{nodeapi.MethodDNS, nodeapi.DNSRequest{Domain: "example.com"}, nodeapi.CodeNameNotFound},
		{nodeapi.MethodBlockPut, nodeapi.BlockPutOptions{Format: long}, nodeapi.CodeUnknownCodec},
		{nodeapi.MethodBlockPut, undefined, nodeapi.CodeInvalidCID},
		{nodeapi.MethodBlockGet, nil, nodeapi.CodeInvalidCID},
		{nodeapi.MethodBlockGet, undefined, nodeapi.CodeInvalidCID},
		{nodeapi.MethodBlockStat, nil, nodeapi.CodeInvalidCID},
		{nodeapi.MethodBlockRemove, map[string]any{"cids": []any{nil}}, nodeapi.CodeInvalidCID},
		{nodeapi.MethodBlockRemove, map[string]any{"cids": []any{"text"}}, nodeapi.CodeInvalidCID},
		{nodeapi.MethodPinAdd, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodPinAdd, nodeapi.PinAddRequest{Path: "p", Name: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemove, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodPinUpdate, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodPinUpdate, nodeapi.PinUpdateRequest{From: "bafkqaaa"}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodPinUpdate, nodeapi.PinUpdateRequest{From: "bafkqaaa", To: long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodPinList, nodeapi.PinListRequest{Paths: []string{""}}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodPinList, nodeapi.PinListRequest{Name: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinList, nodeapi.PinListRequest{Type: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDatastoreHas, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDatastoreHas, nodeapi.DatastoreKey{Key: "/" + long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDatastoreHas, nodeapi.DatastoreKey{Key: "/"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDatastoreHas, nodeapi.DatastoreKey{Key: "/a/../b"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDatastoreGet, nodeapi.DatastoreKey{Key: "a"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDatastoreGet, nodeapi.DatastoreKey{Key: "/a/"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodDatastoreGet, nodeapi.DatastoreKey{Key: "/a"}, nodeapi.CodeNoSuchRecord},
		{nodeapi.MethodDatastoreQuery, nodeapi.DatastoreQuery{Prefix: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodSwarmConnect, nil, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodSwarmConnect, nodeapi.AddrRequest{Addr: "\xff"}, messageport.CodeBadRequest},
		{nodeapi.MethodSwarmConnect, nodeapi.AddrRequest{Addr: "/ip4/" + long}, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodSwarmConnect, nodeapi.AddrRequest{Addr: "not an address"}, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodSwarmDisconnect, nil, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodID, nodeapi.IDRequest{Peer: long}, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodID, nodeapi.IDRequest{Peer: "nobody"}, nodeapi.CodeNotConnected},
		{nodeapi.MethodBootstrapAdd, nil, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodBootstrapAdd, nodeapi.AddrRequest{Addr: "/ip4/" + long}, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodBootstrapRemove, nodeapi.AddrRequest{Addr: "no address"}, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodStatsBandwidth, nodeapi.BandwidthRequest{Peer: long}, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodStatsBandwidth, nodeapi.BandwidthRequest{Proto: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStatsBandwidth, nodeapi.BandwidthRequest{Peer: "p", Proto: "/a"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStatsBandwidth, nodeapi.BandwidthRequest{Poll: true, Interval: 99}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStatsBandwidth, nodeapi.BandwidthRequest{Interval: math.MaxUint64}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodSwarmDisconnect, nodeapi.AddrRequest{Addr: "/p2p/nobody"}, nodeapi.CodeNotConnected},
		{nodeapi.MethodPing, nil, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodPing, nodeapi.PingRequest{Peer: long}, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodBitswapWantlist, nodeapi.WantlistRequest{Peer: long}, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodPubSubSubscribe, nil, nodeapi.CodeInvalidTopic},
		{nodeapi.MethodPubSubSubscribe, nodeapi.SubscribeRequest{Topic: long}, nodeapi.CodeInvalidTopic},
		{nodeapi.MethodPubSubSubscribe, nodeapi.SubscribeRequest{Topic: "t", Queue: 4097}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPubSubSubscribe, nodeapi.SubscribeRequest{Topic: "t", Queue: math.MaxUint64}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPubSubPublish, nil, nodeapi.CodeInvalidTopic},
		{nodeapi.MethodPubSubPublish, nodeapi.TopicRequest{Topic: long}, nodeapi.CodeInvalidTopic},
		{nodeapi.MethodPubSubPeers, nil, nodeapi.CodeInvalidTopic},
		{nodeapi.MethodPinRemoteServiceAdd, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteServiceAdd, nodeapi.RemoteServiceAdd{Service: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteServiceAdd, nodeapi.RemoteServiceAdd{Service: "s"}, nodeapi.CodeInvalidURL},
		{nodeapi.MethodPinRemoteServiceAdd, nodeapi.RemoteServiceAdd{Service: "s", Endpoint: "https://a", Key: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteServiceRemove, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteAdd, nil, nodeapi.CodeInvalidCID},
		{nodeapi.MethodPinRemoteAdd, nodeapi.RemotePinAdd{Cid: emptyCID}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteAdd, nodeapi.RemotePinAdd{Cid: emptyCID, Service: "s"}, nodeapi.CodeNoSuchService},
		{nodeapi.MethodPinRemoteAdd, nodeapi.RemotePinAdd{Cid: emptyCID, Service: "s", Name: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteAdd, nodeapi.RemotePinAdd{Cid: emptyCID, Service: "s", Origins: []string{long}}, nodeapi.CodeInvalidAddress},
		{nodeapi.MethodPinRemoteList, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteList, nodeapi.RemotePinQuery{Service: "s"}, nodeapi.CodeNoSuchService},
		{nodeapi.MethodPinRemoteList, nodeapi.RemotePinQuery{Service: "s", Name: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteList, map[string]any{"service": "s", "cids": []any{nil}}, nodeapi.CodeInvalidCID},
		{nodeapi.MethodPinRemoteRemove, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodPinRemoteRemove, nodeapi.RemotePinQuery{Service: "s"}, nodeapi.CodeNoSuchService},
		{nodeapi.MethodNamePublish, nil, nodeapi.CodeInvalidPath},
		{nodeapi.MethodNamePublish, nodeapi.NamePublishRequest{Value: "bafkqaaa/" + long}, nodeapi.CodeInvalidPath},
		{nodeapi.MethodNamePublish, nodeapi.NamePublishRequest{Value: "bafkqaaa", Key: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodNamePublish, nodeapi.NamePublishRequest{Value: "bafkqaaa", Key: "k"}, nodeapi.CodeNoSuchKey},
		{nodeapi.MethodNameResolve, nodeapi.NameResolveRequest{Name: long}, nodeapi.CodeInvalidName},
		{nodeapi.MethodNameResolve, nodeapi.NameResolveRequest{Name: "k51nobody"}, nodeapi.CodeNameNotFound},
		{nodeapi.MethodRoutingFindProviders, nil, nodeapi.CodeInvalidCID},
		{nodeapi.MethodRoutingFindProviders, undefined, nodeapi.CodeInvalidCID},
		{nodeapi.MethodRoutingFindPeer, nil, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodRoutingFindPeer, nodeapi.FindPeerRequest{Peer: long}, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodRoutingGet, nil, nodeapi.CodeInvalidName},
		{nodeapi.MethodRoutingGet, nodeapi.RoutingGetRequest{Key: long}, nodeapi.CodeInvalidName},
		{nodeapi.MethodRoutingGet, nodeapi.RoutingGetRequest{Key: "/ipns/k51nobody"}, nodeapi.CodeNameNotFound},
		{nodeapi.MethodRoutingPut, nil, nodeapi.CodeInvalidName},
		{nodeapi.MethodRoutingPut, nodeapi.RoutingPutRequest{Key: long}, nodeapi.CodeInvalidName},
		{nodeapi.MethodRoutingProvide, map[string]any{"cids": []any{nil}}, nodeapi.CodeInvalidCID},
		{nodeapi.MethodKeyGen, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyGen, nodeapi.KeyGenRequest{Name: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyGen, nodeapi.KeyGenRequest{Name: "self"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyGen, nodeapi.KeyGenRequest{Name: "k", Type: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyRemove, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyRemove, nodeapi.KeyRequest{Name: "self"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyRemove, nodeapi.KeyRequest{Name: "k"}, nodeapi.CodeNoSuchKey},
		{nodeapi.MethodKeyRename, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyRename, nodeapi.KeyRenameRequest{Name: "k"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyRename, nodeapi.KeyRenameRequest{Name: "k", NewName: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyRename, nodeapi.KeyRenameRequest{Name: "k", NewName: "l"}, nodeapi.CodeNoSuchKey},
		{nodeapi.MethodKeyImport, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyImport, nodeapi.KeyImportRequest{Name: "k"}, nodeapi.CodeInvalidKey},
		{nodeapi.MethodKeyImport, nodeapi.KeyImportRequest{Name: "k", Key: make([]byte, 16<<10+1)}, nodeapi.CodeInvalidKey},
		{nodeapi.MethodKeyImport, nodeapi.KeyImportRequest{Name: "k", Key: []byte{1}, Password: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyExport, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyExport, nodeapi.KeyExportRequest{Name: "k", Password: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodKeyExport, nodeapi.KeyExportRequest{Name: "k"}, nodeapi.CodeNoSuchKey},
		{nodeapi.MethodRoomJoin, nil, nodeapi.CodeInvalidTopic},
		{nodeapi.MethodRoomJoin, nodeapi.RoomRequest{Topic: long}, nodeapi.CodeInvalidTopic},
		{nodeapi.MethodRoomSend, nil, nodeapi.CodeNotInRoom},
		{nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: math.MaxUint64}, nodeapi.CodeNotInRoom},
		{nodeapi.MethodStreamDial, nil, nodeapi.CodeInvalidPeerID},
		{nodeapi.MethodStreamDial, nodeapi.StreamRequest{Peer: "p"}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStreamDial, nodeapi.StreamRequest{Peer: "p", Protocols: []string{"/a", ""}}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStreamDial, nodeapi.StreamRequest{Peer: "p", Protocols: []string{long}}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStreamDial, nodeapi.StreamRequest{Peer: "p", Protocols: []string{"/a"}}, nodeapi.CodeDialFailed},
		{nodeapi.MethodStreamHandle, nil, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStreamHandle, nodeapi.HandleRequest{Protocol: long}, nodeapi.CodeInvalidOption},
		{nodeapi.MethodStreamHandle, nodeapi.HandleRequest{Protocol: "/ipfs/id/1.0.0"}, nodeapi.CodeProtocolReserved},
		{nodeapi.MethodStreamAccept, nil, nodeapi.CodeUnknownStream},
		{nodeapi.MethodStreamAccept, nodeapi.StreamAccept{ID: 1}, nodeapi.CodeUnknownStream},
	} {
		t.Run(tc.method, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dial()
				f.wantCode(conn.Invoke(f.Context(), tc.method, tc.request, nil), tc.want)
				f.alive(conn)
			})
		})
	}
}

// Requests that are no CBOR, or not of the kind that crosses ports. The client
// side of the port would not send them, so they go past it.
func TestRequestsThatAreNotCBOR(t *testing.T) {
	bodies := map[string]string{
		"nothing":              "",
		"truncated":            "a1",
		"two items":            "a0a0",
		"a list":               "8101",
		"a number":             "01",
		"a duplicate key":      "a2647061746861786470617468" + "6179",
		"an indefinite length": "bf647061746861" + "78ff",
		"a tag":                "c0a0",
		"nested too deeply":    "a16470617468" + strings.Repeat("81", 100) + "01",
		"a huge length":        "a164706174689bffffffffffffffff",
	}
	for method, typ := range requests {
		if typ == nil {
			continue
		}
		t.Run(method, func(t *testing.T) {
			run(t, func(f *fixture) {
				raw := f.dialRaw()
				for name, body := range bodies {
					data, err := hex.DecodeString(body)
					if err != nil {
						f.Fatal(err)
					}
					e := raw.invoke(method, data)
					if e == nil {
						f.Errorf("%s: a request of %s was taken", method, name)
					} else if e.Code != messageport.CodeBadRequest && !strings.HasPrefix(e.Code, "invalid-") {
						f.Errorf("%s: a request of %s: got %v; want bad-request", method, name, e)
					}
				}
				if e := raw.invoke(nodeapi.MethodVersion, []byte{0xf6}); e != nil {
					f.Errorf("the session is no longer answering: %v", e)
				}
			})
		})
	}
}
