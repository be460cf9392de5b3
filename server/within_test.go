package server_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

// TestRequestsStayWithinTheGrants has the parts of requests that ask for more than
// the method's own grant.
func TestRequestsStayWithinTheGrants(t *testing.T) {
	const cidText = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	var (
		content = "/ipfs/" + cidText
		name    = "/ipns/k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8"
		read    = nodeapi.Grants{Read: true}
		add     = nodeapi.Grants{Add: true}
		pin     = nodeapi.Grants{Pin: true}
		files   = nodeapi.Grants{Files: true}
		topics  = nodeapi.Grants{Topics: []string{"app/"}}
	)
	type request = map[string]any
	for _, tc := range []struct {
		name    string
		grants  nodeapi.Grants
		method  string
		request request
		code    nodeapi.Code
		grant   string
	}{
		{"another peer's id", nodeapi.Grants{ID: true}, nodeapi.MethodID, request{"peer": "12D3KooWother"}, nodeapi.CodeNotGranted, ""},

		{"cat in the repo alone", read, nodeapi.MethodCat, request{"path": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"get in the repo alone", read, nodeapi.MethodGet, request{"path": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"ls in the repo alone", read, nodeapi.MethodList, request{"path": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"dag.get in the repo alone", read, nodeapi.MethodDAGGet, request{"path": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"dag.resolve in the repo alone", read, nodeapi.MethodDAGResolve, request{"path": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"dag.stat in the repo alone", read, nodeapi.MethodDAGStat, request{"paths": []string{content}, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"dag.export in the repo alone", read, nodeapi.MethodDAGExport, request{"path": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"block.get in the repo alone", read, nodeapi.MethodBlockGet, request{"cid": []byte{1, 0x55, 0, 0}, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"refs in the repo alone", read, nodeapi.MethodRefs, request{"paths": []string{content}, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"resolve in the repo alone", read, nodeapi.MethodResolve, request{"name": content, "offline": true}, nodeapi.CodeNotGranted, "list"},

		{"a name resolved", read, nodeapi.MethodResolve, request{"name": name}, nodeapi.CodeNotGranted, ""},
		{"a name resolved once", read, nodeapi.MethodResolve, request{"name": name, "recursive": false}, nodeapi.CodeNotGranted, ""},
		{"a name read", read, nodeapi.MethodCat, request{"path": name}, nodeapi.CodeNotGranted, ""},
		{"a name without a slash", read, nodeapi.MethodResolve, request{"name": name[1:]}, nodeapi.CodeNotGranted, ""},
		{"a name behind a CID", read, nodeapi.MethodResolve, request{"name": content + "/../../ipns/k51"}, nodeapi.CodeInvalidPath, ""},
		{"a name behind /ipfs/", read, nodeapi.MethodResolve, request{"name": "/ipfs/../ipns/k51"}, nodeapi.CodeInvalidCID, ""},
		{"a name behind two slashes", read, nodeapi.MethodResolve, request{"name": "//ipns/k51"}, nodeapi.CodeInvalidCID, ""},
		{"a name that is a CID", read, nodeapi.MethodCat, request{"path": "/ipfs" + name[5:]}, nodeapi.CodeNotGranted, ""},
		{"a domain", read, nodeapi.MethodResolve, request{"name": "/ipns/a.example"}, nodeapi.CodeNotGranted, ""},
		{"names among paths", read, nodeapi.MethodRefs, request{"paths": []string{content, name}}, nodeapi.CodeNotGranted, ""},
		{"a file of the tree", read, nodeapi.MethodCat, request{"path": "/origins/https/b.example/a"}, nodeapi.CodeInvalidCID, ""},

		{"a block put and pinned", add, nodeapi.MethodBlockPut, request{"pin": true}, nodeapi.CodeNotGranted, "pin"},
		{"a node put and pinned", add, nodeapi.MethodDAGPut, request{"pin": true}, nodeapi.CodeNotGranted, "pin"},
		{"roots pinned", add, nodeapi.MethodDAGImport, nil, nodeapi.CodeNotGranted, "list"},
		{"roots pinned, as was asked", add, nodeapi.MethodDAGImport, request{"pinRoots": true}, nodeapi.CodeNotGranted, "list"},

		{"pinned if the repo has it", pin, nodeapi.MethodPinAdd, request{"path": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"moved if the repo has it", pin, nodeapi.MethodPinUpdate, request{"from": content, "to": content, "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"pinned below a CID", pin, nodeapi.MethodPinAdd, request{"path": content + "/a"}, nodeapi.CodeNotGranted, "read"},
		{"unpinned below a CID", pin, nodeapi.MethodPinRemove, request{"path": content + "/a"}, nodeapi.CodeNotGranted, "read"},
		{"unpinned below a CID, with read", nodeapi.Grants{Pin: true, Read: true}, nodeapi.MethodPinRemove, request{"path": content + "/a"}, nodeapi.CodeNotGranted, "list"},
		{"listed below a CID", pin, nodeapi.MethodPinList, request{"paths": []string{content + "/a"}}, nodeapi.CodeNotGranted, "read"},
		{"moved below a CID", pin, nodeapi.MethodPinUpdate, request{"from": content, "to": content + "/a"}, nodeapi.CodeNotGranted, "read"},
		{"pinned by a name", pin, nodeapi.MethodPinAdd, request{"path": name}, nodeapi.CodeNotGranted, ""},

		{"content copied", files, nodeapi.MethodFilesCopy, request{"from": []string{content}, "to": "/a"}, nodeapi.CodeNotGranted, "read"},
		{"content among what is copied", files, nodeapi.MethodFilesCopy, request{"from": []string{"/a", content}, "to": "/b"}, nodeapi.CodeNotGranted, "read"},
		{"content told of", files, nodeapi.MethodFilesStat, request{"path": content}, nodeapi.CodeNotGranted, "read"},
		{"content read", files, nodeapi.MethodFilesRead, request{"path": content}, nodeapi.CodeNotGranted, "read"},
		{"content listed", files, nodeapi.MethodFilesList, request{"path": content}, nodeapi.CodeNotGranted, "read"},
		{"what the repo has", files, nodeapi.MethodFilesStat, request{"path": "/", "withLocal": true}, nodeapi.CodeNotGranted, "list"},
		{"a file in the repo alone", files, nodeapi.MethodFilesRead, request{"path": "/a", "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"a directory in the repo alone", files, nodeapi.MethodFilesList, request{"path": "/a", "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"an entry in the repo alone", files, nodeapi.MethodFilesStat, request{"path": "/a", "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"a copy in the repo alone", files, nodeapi.MethodFilesCopy, request{"from": []string{"/a"}, "to": "/b", "offline": true}, nodeapi.CodeNotGranted, "list"},
		{"the root removed", files, nodeapi.MethodFilesRemove, request{"paths": []string{"/"}, "force": true}, nodeapi.CodeInvalidPath, ""},
		{"the root removed in disguise", files, nodeapi.MethodFilesRemove, request{"paths": []string{"/a/../"}, "force": true}, nodeapi.CodeInvalidPath, ""},
		{"the root moved", files, nodeapi.MethodFilesMove, request{"from": []string{"/."}, "to": "/a"}, nodeapi.CodeInvalidPath, ""},
		{"a path that is not absolute", files, nodeapi.MethodFilesStat, request{"path": "../b.example"}, nodeapi.CodeInvalidPath, ""},
		{"a path with a zero byte", files, nodeapi.MethodFilesStat, request{"path": "/a\x00/../.."}, nodeapi.CodeInvalidPath, ""},

		{"a topic listened to", topics, nodeapi.MethodPubSubSubscribe, request{"topic": "other"}, nodeapi.CodeNotGranted, "topics"},
		{"a topic that begins almost so", topics, nodeapi.MethodPubSubSubscribe, request{"topic": "app"}, nodeapi.CodeNotGranted, "topics"},
		{"a topic in other letters", topics, nodeapi.MethodPubSubSubscribe, request{"topic": "App/a"}, nodeapi.CodeNotGranted, "topics"},
		{"a topic published to", topics, nodeapi.MethodPubSubPublish, request{"topic": "other"}, nodeapi.CodeNotGranted, "topics"},
		{"who listens to a topic", topics, nodeapi.MethodPubSubPeers, request{"topic": "other"}, nodeapi.CodeNotGranted, "topics"},
		{"a room", nodeapi.Grants{Rooms: []string{"app/"}}, nodeapi.MethodRoomJoin, request{"topic": "other"}, nodeapi.CodeNotGranted, "rooms"},
		{"a room not joined", nodeapi.Grants{Rooms: []string{""}}, nodeapi.MethodRoomSend, request{"room": 1}, nodeapi.CodeNotInRoom, ""},
		{"a protocol dialled", nodeapi.Grants{Protocols: []string{protocol}}, nodeapi.MethodStreamDial, request{"peer": servertest.PeerID, "protocols": []string{servertest.EchoProtocol}}, nodeapi.CodeNotGranted, "protocols"},
		{"a protocol among those dialled", nodeapi.Grants{Protocols: []string{protocol}}, nodeapi.MethodStreamDial, request{"peer": servertest.PeerID, "protocols": []string{protocol, servertest.EchoProtocol}}, nodeapi.CodeNotGranted, "protocols"},
		{"a protocol that begins so", nodeapi.Grants{Protocols: []string{protocol}}, nodeapi.MethodStreamHandle, request{"protocol": protocol + "/a"}, nodeapi.CodeNotGranted, "protocols"},
		{"a stream of nobody", nodeapi.Grants{Protocols: []string{protocol}}, nodeapi.MethodStreamAccept, request{"id": 1}, nodeapi.CodeUnknownStream, ""},
	} {
		t.Run(tc.method+" "+tc.name, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dialBound(origin, tc.grants)
				var mu sync.Mutex
				var reached []string
				f.backend.Hook = func(_ context.Context, method string) error {
					mu.Lock()
					defer mu.Unlock()
					reached = append(reached, method)
					return nil
				}
				e := f.wantCode(conn.Invoke(f.Context(), tc.method, tc.request, nil), tc.code)
				if grant, _ := e.Details["grant"].(string); grant != tc.grant {
					f.Errorf("got %v with details %v; want grant %q", e, e.Details, tc.grant)
				}
				if own := []string{nodeapi.MethodID}; len(reached) > 0 && !slices.Equal(reached, own) {
					f.Errorf("the backend was asked %q", reached)
				}
			})
		})
	}
}
