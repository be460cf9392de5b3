package server_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

// methodsOf has the methods that each grant allows by itself.
var methodsOf = map[string][]string{
	"id": {nodeapi.MethodID, nodeapi.MethodVersion, nodeapi.MethodIsOnline},
	"read": {
		nodeapi.MethodCat, nodeapi.MethodGet, nodeapi.MethodList, nodeapi.MethodDAGGet, nodeapi.MethodDAGResolve,
		nodeapi.MethodDAGStat, nodeapi.MethodDAGExport, nodeapi.MethodBlockGet, nodeapi.MethodRefs, nodeapi.MethodResolve,
	},
	"list": {nodeapi.MethodBlockStat, nodeapi.MethodRefsLocal, nodeapi.MethodRepoStat},
	"add":  {nodeapi.MethodAdd, nodeapi.MethodBlockPut, nodeapi.MethodDAGPut, nodeapi.MethodDAGImport},
	"pin":  {nodeapi.MethodPinAdd, nodeapi.MethodPinRemove, nodeapi.MethodPinList, nodeapi.MethodPinUpdate},
	"files": {
		nodeapi.MethodFilesCopy, nodeapi.MethodFilesMkdir, nodeapi.MethodFilesStat, nodeapi.MethodFilesTouch,
		nodeapi.MethodFilesChmod, nodeapi.MethodFilesRemove, nodeapi.MethodFilesRead, nodeapi.MethodFilesWrite,
		nodeapi.MethodFilesMove, nodeapi.MethodFilesFlush, nodeapi.MethodFilesList,
	},
	"topics": {
		nodeapi.MethodPubSubSubscribe, nodeapi.MethodPubSubPublish, nodeapi.MethodPubSubList, nodeapi.MethodPubSubPeers,
	},
	"rooms":     {nodeapi.MethodRoomJoin, nodeapi.MethodRoomSend},
	"protocols": {nodeapi.MethodStreamDial, nodeapi.MethodStreamHandle, nodeapi.MethodStreamAccept},
}

var oneGrant = map[string]nodeapi.Grants{
	"": {}, "id": {ID: true}, "read": {Read: true}, "list": {List: true}, "add": {Add: true}, "pin": {Pin: true},
	"files": {Files: true}, "topics": {Topics: []string{"t"}}, "rooms": {Rooms: []string{"t"}},
	"protocols": {Protocols: []string{protocol}},
}

// TestEachGrantAllowsItsMethodsAlone calls every method in a session with each grant,
// and in one with none. What is refused does not come to the backend.
func TestEachGrantAllowsItsMethodsAlone(t *testing.T) {
	for name, grants := range oneGrant {
		t.Run("grant "+name, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dialBound(origin, grants)
				c := f.put([]byte("block")).Cid
				var reached []string
				f.backend.Hook = func(_ context.Context, method string) error {
					reached = append(reached, method)
					return nil
				}
				for method := range requests {
					if slices.Contains(methodsOf[name], method) {
						continue
					}
					e := f.wantCode(conn.Invoke(f.Context(), method, validRequest(method, c), nil), nodeapi.CodeNotGranted)
					if e.Details["method"] != method || e.Op != method {
						f.Errorf("%s: got error %v of op %q with details %v; want the method", method, e, e.Op, e.Details)
					}
				}
				if len(reached) > 0 {
					f.Errorf("the backend was asked %q", reached)
				}
			})
		})
	}
}

// TestGrantsAreAskedForByName: who is refused learns what to ask for.
func TestGrantsAreAskedForByName(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dialBound(origin, nodeapi.Grants{})
		for name, methods := range methodsOf {
			for _, method := range methods {
				e := f.wantCode(conn.Invoke(f.Context(), method, nil, nil), nodeapi.CodeNotGranted)
				if e.Details["grant"] != name || !strings.Contains(e.Message, name) {
					f.Errorf("%s: got %v with details %v; want grant %s", method, e, e.Details, name)
				}
			}
		}
	})
}

// validRequest is one that an owner may send.
func validRequest(method string, c cid.Cid) any {
	path := c.String()
	switch method {
	case nodeapi.MethodFilesCopy, nodeapi.MethodFilesMove:
		return map[string]any{"from": []string{"/a"}, "to": "/b"}
	case nodeapi.MethodFilesRemove:
		return map[string]any{"paths": []string{"/a"}}
	case nodeapi.MethodPinUpdate:
		return map[string]any{"from": path, "to": path}
	case nodeapi.MethodBlockRemove:
		return nodeapi.BlockRemoveRequest{}
	case nodeapi.MethodPortsCreate:
		return nodeapi.PortRequest{Grants: &allGrants}
	case nodeapi.MethodGrantsSet:
		return nodeapi.GrantsSetRequest{Origin: origin, Grants: allGrants}
	case nodeapi.MethodLogLevel:
		return nodeapi.LogLevel{Subsystem: "*", Level: "debug"}
	}
	if strings.HasPrefix(method, "files.") {
		return map[string]any{"path": "/a"}
	}
	if strings.HasPrefix(method, "pin.remote.") || strings.HasPrefix(method, "key.") || strings.HasPrefix(method, "datastore.") {
		return map[string]any{"service": "s", "name": "n", "prefix": "/"}
	}
	return map[string]any{
		"path": path, "paths": []string{path}, "cid": c.Bytes(), "topic": "t", "name": path, "peer": servertest.PeerID,
		"addr": "/memory/1/p2p/p", "protocol": protocol, "protocols": []string{protocol}, "origin": origin, "domain": "a.example",
	}
}

func TestTopicsOfOthersAreNotListed(t *testing.T) {
	run(t, func(f *fixture) {
		own := f.dial()
		for _, topic := range []string{"app/a", "private"} {
			f.subscribe(own, nodeapi.SubscribeRequest{Topic: topic})
		}
		var list nodeapi.TopicList
		conn := f.dialBound(origin, nodeapi.Grants{Topics: []string{"app/", "web/"}})
		if err := conn.Invoke(f.Context(), nodeapi.MethodPubSubList, nil, &list); err != nil {
			f.Fatal(err)
		}
		if !slices.Equal(list.Topics, []string{"app/a"}) {
			f.Errorf("got %q; want those granted", list.Topics)
		}
	})
}

// TestPinsAreOfTheOrigin: nobody lists or removes another's.
func TestPinsAreOfTheOrigin(t *testing.T) {
	run(t, func(f *fixture) {
		c := f.put([]byte("block")).Cid.String()
		grants := nodeapi.Grants{Pin: true}
		conns := []*messageport.ClientConn{f.dial(), f.dialBound(origin, grants), f.dialBound(otherOrigin, grants)}
		count := func(conn *messageport.ClientConn) (n int) {
			for range items[nodeapi.Pin](f, conn, nodeapi.MethodPinList, nil) {
				n++
			}
			return n
		}
		for i, conn := range conns {
			for j, other := range conns {
				if want := min(1, max(0, i-j)); count(other) != want {
					f.Errorf("session %d has %d pins before session %d pins; want %d", j, count(other), i, want)
				}
			}
			f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodPinRemove, nodeapi.PinRemoveRequest{Path: c}, nil), nodeapi.CodeNotPinned)
			if err := conn.Invoke(f.Context(), nodeapi.MethodPinAdd, nodeapi.PinAddRequest{Path: c}, nil); err != nil {
				f.Fatal(err)
			}
		}
	})
}

// TestIDTellsNothingOfOthers: the addresses and what protocols are handled for whom
// are no part of the grant.
func TestIDTellsNothingOfOthers(t *testing.T) {
	run(t, func(f *fixture) {
		var id nodeapi.ID
		if err := f.dialBound(origin, nodeapi.Grants{ID: true}).Invoke(f.Context(), nodeapi.MethodID, nil, &id); err != nil {
			f.Fatal(err)
		}
		if id.ID != servertest.PeerID || len(id.Addresses) > 0 || len(id.Protocols) > 0 {
			f.Errorf("got %+v; want the peer id, no addresses and no protocols", id)
		}
	})
}

// TestStatOfABlockWithoutReadAsksNoPeers: it would have the block fetched.
func TestStatOfABlockWithoutReadAsksNoPeers(t *testing.T) {
	run(t, func(f *fixture) {
		c := f.put([]byte("block")).Cid
		for _, tc := range []struct {
			grants  nodeapi.Grants
			offline bool
		}{
			{nodeapi.Grants{List: true}, true},
			{nodeapi.Grants{List: true, Read: true}, false},
		} {
			conn := f.dialBound(origin, tc.grants)
			offline := false
			f.backend.Hook = func(ctx context.Context, method string) error {
				if account, ok := nodeapi.AccountOf(ctx); method == nodeapi.MethodBlockStat && (!ok || account.Origin != origin) {
					f.Errorf("got account %+v; want the origin's", account)
				}
				offline = nodeapi.IsOffline(ctx)
				return nil
			}
			if err := conn.Invoke(f.Context(), nodeapi.MethodBlockStat, nodeapi.CIDRequest{Cid: c}, nil); err != nil {
				f.Fatal(err)
			}
			if offline != tc.offline {
				f.Errorf("%+v: offline is %v; want %v", tc.grants, offline, tc.offline)
			}
			f.backend.Hook = nil
		}
	})
}
