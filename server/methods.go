package server

import (
	"context"
	"io"
	"iter"
	"sync"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// method answers one call of a session.
type method func(ctx context.Context, s *session, call *messageport.ServerCall) (any, error)

// methods are all that a session can be asked.
var methods = map[string]method{
	nodeapi.MethodID:       serve(id),
	nodeapi.MethodVersion:  serve(version),
	nodeapi.MethodIsOnline: serve(isOnline),

	nodeapi.MethodStatus:        status,
	nodeapi.MethodStatusSamples: statusSamples,
	nodeapi.MethodEvents:        serveIn(events),

	nodeapi.MethodLogList:  logging(logList),
	nodeapi.MethodLogLevel: logging(logLevel),
	nodeapi.MethodLogTail:  logging(logTail),

	nodeapi.MethodAdd:  serve(add),
	nodeapi.MethodCat:  serve(cat),
	nodeapi.MethodGet:  serve(get),
	nodeapi.MethodList: serve(list),

	nodeapi.MethodFilesCopy:   serve(filesCopy),
	nodeapi.MethodFilesMkdir:  serve(filesMkdir),
	nodeapi.MethodFilesStat:   serve(filesStat),
	nodeapi.MethodFilesTouch:  serve(filesTouch),
	nodeapi.MethodFilesChmod:  serve(filesChmod),
	nodeapi.MethodFilesRemove: serve(filesRemove),
	nodeapi.MethodFilesRead:   serve(filesRead),
	nodeapi.MethodFilesWrite:  serve(filesWrite),
	nodeapi.MethodFilesMove:   serve(filesMove),
	nodeapi.MethodFilesFlush:  serve(filesFlush),
	nodeapi.MethodFilesList:   serve(filesList),

	nodeapi.MethodDAGPut:     buffering(serve(dagPut)),
	nodeapi.MethodDAGGet:     serve(dagGet),
	nodeapi.MethodDAGResolve: serve(dagResolve),
	nodeapi.MethodDAGStat:    serve(dagStat),
	nodeapi.MethodDAGExport:  serve(dagExport),
	nodeapi.MethodDAGImport:  serve(dagImport),

	nodeapi.MethodRefs:      serve(refs),
	nodeapi.MethodRefsLocal: serve(refsLocal),
	nodeapi.MethodResolve:   serve(resolve),
	nodeapi.MethodDNS:       serve(dns),

	nodeapi.MethodBlockPut:    buffering(serve(blockPut)),
	nodeapi.MethodBlockGet:    serve(blockGet),
	nodeapi.MethodBlockStat:   serve(blockStat),
	nodeapi.MethodBlockRemove: serve(blockRemove),

	nodeapi.MethodPinAdd:    serve(pinAdd),
	nodeapi.MethodPinRemove: serve(pinRemove),
	nodeapi.MethodPinList:   serve(pinList),
	nodeapi.MethodPinUpdate: serve(pinUpdate),

	nodeapi.MethodRepoStat:    serve(repoStat),
	nodeapi.MethodRepoGC:      serve(repoGC),
	nodeapi.MethodRepoVerify:  serve(repoVerify),
	nodeapi.MethodRepoVersion: serve(repoVersion),

	nodeapi.MethodDatastoreHas:   serve(datastoreHas),
	nodeapi.MethodDatastoreGet:   serve(datastoreGet),
	nodeapi.MethodDatastoreBatch: buffering(serve(datastoreBatch)),
	nodeapi.MethodDatastoreQuery: serve(datastoreQuery),

	nodeapi.MethodSwarmConnect:    serve(swarmConnect),
	nodeapi.MethodSwarmDisconnect: serve(swarmDisconnect),
	nodeapi.MethodSwarmPeers:      serve(swarmPeers),
	nodeapi.MethodSwarmAddrs:      serve(swarmAddrs),
	nodeapi.MethodSwarmLocalAddrs: serve(swarmLocalAddrs),
	nodeapi.MethodSwarmEvents:     serve(swarmEvents),
	nodeapi.MethodPing:            serve(ping),

	nodeapi.MethodBitswapStat:     serve(bitswapStat),
	nodeapi.MethodBitswapWantlist: serve(bitswapWantlist),

	nodeapi.MethodStatsBandwidth: serve(statsBandwidth),

	nodeapi.MethodBootstrapList:   serve(bootstrapList),
	nodeapi.MethodBootstrapAdd:    changeBootstrap(bootstrapAdd),
	nodeapi.MethodBootstrapRemove: changeBootstrap(bootstrapRemove),
	nodeapi.MethodBootstrapClear:  changeBootstrap(bootstrapClear),
	nodeapi.MethodBootstrapReset:  changeBootstrap(bootstrapReset),

	nodeapi.MethodConfigGetAll: serve(configGetAll),

	nodeapi.MethodKeyGen:    serve(keyGen),
	nodeapi.MethodKeyList:   serve(keyList),
	nodeapi.MethodKeyRemove: serve(keyRemove),
	nodeapi.MethodKeyRename: serve(keyRename),
	nodeapi.MethodKeyImport: serve(keyImport),
	nodeapi.MethodKeyExport: serve(keyExport),

	nodeapi.MethodNamePublish: serve(namePublish),
	nodeapi.MethodNameResolve: serve(nameResolve),

	nodeapi.MethodRoutingFindProviders: serve(routingFindProviders),
	nodeapi.MethodRoutingFindPeer:      serve(routingFindPeer),
	nodeapi.MethodRoutingGet:           serve(routingGet),
	nodeapi.MethodRoutingPut:           buffering(serve(routingPut)),
	nodeapi.MethodRoutingProvide:       serve(routingProvide),

	nodeapi.MethodPinRemoteServiceAdd:    serve(remoteServiceAdd),
	nodeapi.MethodPinRemoteServiceRemove: serve(remoteServiceRemove),
	nodeapi.MethodPinRemoteServiceList:   serve(remoteServiceList),
	nodeapi.MethodPinRemoteAdd:           serve(remotePinAdd),
	nodeapi.MethodPinRemoteList:          serve(remotePinList),
	nodeapi.MethodPinRemoteRemove:        serve(remotePinRemove),

	nodeapi.MethodPubSubSubscribe: serveIn(pubsubSubscribe),
	nodeapi.MethodPubSubPublish:   buffering(serveIn(pubsubPublish)),
	nodeapi.MethodPubSubList:      serve(pubsubList),
	nodeapi.MethodPubSubPeers:     serve(pubsubPeers),

	nodeapi.MethodRoomJoin: serveIn(roomJoin),
	nodeapi.MethodRoomSend: serveIn(roomSend),

	nodeapi.MethodStreamDial:   serveIn(streamDial),
	nodeapi.MethodStreamHandle: serveIn(streamHandle),
	nodeapi.MethodStreamAccept: serveIn(streamAccept),

	nodeapi.MethodPortsCreate:  portsCreate,
	nodeapi.MethodPortsRevoke:  portsRevoke,
	nodeapi.MethodGrantsList:   serve(grantsList),
	nodeapi.MethodGrantsSet:    serveIn(grantsSet),
	nodeapi.MethodGrantsRevoke: serveIn(grantsRevoke),

	nodeapi.MethodSourcesServe:  serveIn(sourcesServe),
	nodeapi.MethodSourcesAnswer: buffering(serveIn(sourcesAnswer)),
}

// lasting are the methods whose calls have no end of their own. A server that
// closes does not wait for them: they go on until their session ends.
var lasting = map[string]bool{
	nodeapi.MethodEvents:          true,
	nodeapi.MethodLogTail:         true,
	nodeapi.MethodSwarmEvents:     true,
	nodeapi.MethodStatsBandwidth:  true,
	nodeapi.MethodPubSubSubscribe: true,
	nodeapi.MethodRoomJoin:        true,
	nodeapi.MethodStreamDial:      true,
	nodeapi.MethodStreamHandle:    true,
	nodeapi.MethodSourcesServe:    true,
	nodeapi.MethodStreamAccept:    true,
}

// serveIn makes a method of what answers it for a session with a group of the
// backend's methods, which not every backend has.
func serveIn[Group any](answer func(context.Context, *session, Group, *messageport.ServerCall) (any, error)) method {
	return func(ctx context.Context, s *session, call *messageport.ServerCall) (any, error) {
		group, ok := s.backend.(Group)
		if !ok {
			return nil, notSupported(call.Method)
		}
		return answer(ctx, s, group, call)
	}
}

func notSupported(method string) error {
	return nodeapi.Errorf(nodeapi.CodeNotSupported, nil, "this node has no %s", method)
}

// serve is serveIn for an answer that is the same in every session.
func serve[Group any](answer func(context.Context, Group, *messageport.ServerCall) (any, error)) method {
	return serveIn(func(ctx context.Context, _ *session, group Group, call *messageport.ServerCall) (any, error) {
		return answer(ctx, group, call)
	})
}

// buffering is for a method that takes its upload into memory, whole.
func buffering(answer method) method {
	return func(ctx context.Context, s *session, call *messageport.ServerCall) (any, error) {
		done, err := s.buffering.take(ctx)
		if err != nil {
			return nil, err
		}
		defer done()
		return answer(ctx, s, call)
	}
}

// sendItems sends what a sequence yields as items.
func sendItems[T any](call *messageport.ServerCall, seq iter.Seq2[T, error]) (any, error) {
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		if err := call.WriteItem(item); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// copySize is how much is read at once from a source that cannot write by
// itself: what goes into one message without waiting for others.
const copySize = 64 << 10

var copyBuffers = sync.Pool{New: func() any { return new([copySize]byte) }}

// sendBytes sends what r reads, and closes it.
func sendBytes(call *messageport.ServerCall, r io.ReadCloser) (any, error) {
	defer r.Close()
	buf := copyBuffers.Get().(*[copySize]byte)
	defer copyBuffers.Put(buf)
	_, err := io.CopyBuffer(call, r, buf[:])
	return nil, err
}
