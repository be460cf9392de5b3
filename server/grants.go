package server

import (
	"context"
	"errors"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A grant is one of those that methods need.
type grant struct {
	name  string // as nodeapi.Grants has it on the wire
	given func(nodeapi.Grants) bool
}

var (
	grantID        = grant{"id", func(g nodeapi.Grants) bool { return g.ID }}
	grantRead      = grant{"read", func(g nodeapi.Grants) bool { return g.Read }}
	grantList      = grant{"list", func(g nodeapi.Grants) bool { return g.List }}
	grantAdd       = grant{"add", func(g nodeapi.Grants) bool { return g.Add }}
	grantPin       = grant{"pin", func(g nodeapi.Grants) bool { return g.Pin }}
	grantFiles     = grant{"files", func(g nodeapi.Grants) bool { return g.Files }}
	grantTopics    = grant{"topics", func(g nodeapi.Grants) bool { return len(g.Topics) > 0 }}
	grantRooms     = grant{"rooms", func(g nodeapi.Grants) bool { return len(g.Rooms) > 0 }}
	grantProtocols = grant{"protocols", func(g nodeapi.Grants) bool { return len(g.Protocols) > 0 }}
)

// needs has the methods that can be granted, and by what. A method that is not here
// is for sessions that have all rights. What in a request goes beyond the grant the
// guarded backend looks at.
var needs = map[string]grant{
	nodeapi.MethodID:       grantID,
	nodeapi.MethodVersion:  grantID,
	nodeapi.MethodIsOnline: grantID,

	nodeapi.MethodCat:        grantRead,
	nodeapi.MethodGet:        grantRead,
	nodeapi.MethodList:       grantRead,
	nodeapi.MethodDAGGet:     grantRead,
	nodeapi.MethodDAGResolve: grantRead,
	nodeapi.MethodDAGStat:    grantRead,
	nodeapi.MethodDAGExport:  grantRead,
	nodeapi.MethodBlockGet:   grantRead,
	nodeapi.MethodRefs:       grantRead,
	nodeapi.MethodResolve:    grantRead,

	nodeapi.MethodBlockStat: grantList,
	nodeapi.MethodRefsLocal: grantList,
	nodeapi.MethodRepoStat:  grantList,

	nodeapi.MethodAdd:       grantAdd,
	nodeapi.MethodBlockPut:  grantAdd,
	nodeapi.MethodDAGPut:    grantAdd,
	nodeapi.MethodDAGImport: grantAdd,

	nodeapi.MethodPinAdd:    grantPin,
	nodeapi.MethodPinRemove: grantPin,
	nodeapi.MethodPinList:   grantPin,
	nodeapi.MethodPinUpdate: grantPin,

	nodeapi.MethodFilesCopy:   grantFiles,
	nodeapi.MethodFilesMkdir:  grantFiles,
	nodeapi.MethodFilesStat:   grantFiles,
	nodeapi.MethodFilesTouch:  grantFiles,
	nodeapi.MethodFilesChmod:  grantFiles,
	nodeapi.MethodFilesRemove: grantFiles,
	nodeapi.MethodFilesRead:   grantFiles,
	nodeapi.MethodFilesWrite:  grantFiles,
	nodeapi.MethodFilesMove:   grantFiles,
	nodeapi.MethodFilesFlush:  grantFiles,
	nodeapi.MethodFilesList:   grantFiles,

	nodeapi.MethodPubSubSubscribe: grantTopics,
	nodeapi.MethodPubSubPublish:   grantTopics,
	nodeapi.MethodPubSubList:      grantTopics,
	nodeapi.MethodPubSubPeers:     grantTopics,

	nodeapi.MethodRoomJoin: grantRooms,
	nodeapi.MethodRoomSend: grantRooms,

	nodeapi.MethodStreamDial:   grantProtocols,
	nodeapi.MethodStreamHandle: grantProtocols,
	nodeapi.MethodStreamAccept: grantProtocols,
}

// notGranted refuses a call, or a part of what it asks for. Without a name there is
// no grant of it.
func notGranted(method, name, what string) error {
	details := map[string]any{"method": method}
	if name == "" {
		return nodeapi.Errorf(nodeapi.CodeNotGranted, details, "%s%s is granted to no other origin and no port that was handed on", method, what)
	}
	details["grant"] = name
	return nodeapi.Errorf(nodeapi.CodeNotGranted, details, "%s%s needs the grant %q", method, what, name)
}

var errExpired = &nodeapi.Error{Code: nodeapi.CodeGrantsRevoked, Message: "what was granted has expired"}

// A mandate is what a session may do that does not have all rights.
type mandate struct {
	port    *boundPort
	grants  nodeapi.Grants // with defaults
	common  *common
	running turns // calls
}

func (m *mandate) expired() bool {
	return m.grants.Expires != 0 && !time.Now().Before(time.UnixMilli(m.grants.Expires))
}

// calls returns how many calls the session may have open, of which some wait for
// their turn, and how many of these may be uploads: each keeps what came for it.
func (m *mandate) calls() (all, uploads uint32) {
	return 2 * m.grants.MaxStreams, m.grants.MaxStreams
}

// toldOf returns what is told of an error. Of a fault, and of how full the repo is,
// the owner alone is told more.
func (m *mandate) toldOf(method string, err error) error {
	switch e, ok := errors.AsType[*nodeapi.Error](err); {
	case err == nil:
		return nil
	case ok && e.Code == nodeapi.CodeStorageFull:
		return nodeapi.Errorf(e.Code, map[string]any{"kind": e.Details["kind"]}, "there is no room left")
	case !hasCode(err) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded):
		return nodeapi.Errorf(nodeapi.CodeInternal, nil, "%s: a fault of the node's own", method)
	}
	return err
}

// begin lets a call begin that is granted, when it is its turn, and returns the
// context in which it is made.
func (m *mandate) begin(ctx context.Context, call *messageport.ServerCall) (_ context.Context, done func(), err error) {
	back := call.Away()
	err = m.common.pace.wait(ctx, m.grants.Rate)
	back()
	if err != nil {
		return nil, nil, err
	}
	need, listed := needs[call.Method]
	switch ended := m.port.ended.Load(); {
	case ended != nil:
		return nil, nil, *ended
	case m.expired():
		return nil, nil, errExpired
	case !listed:
		return nil, nil, notGranted(call.Method, "", "")
	case !need.given(m.grants):
		return nil, nil, notGranted(call.Method, need.name, "")
	}
	back = call.Away()
	done, err = m.running.take(ctx)
	back()
	if err != nil {
		return nil, nil, err
	}
	if ended := m.port.ended.Load(); ended != nil { // while it waited
		done()
		return nil, nil, *ended
	}
	if m.port.origin != "" {
		ctx = nodeapi.WithAccount(ctx, nodeapi.Account{Origin: m.port.origin, Quota: m.grants.Quota})
	}
	return ctx, done, nil
}
