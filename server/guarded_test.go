package server_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
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

// TestFilesAreConfined writes and reads by every kind of path that could lead out of
// an origin's directory.
func TestFilesAreConfined(t *testing.T) {
	run(t, func(f *fixture) {
		own, other := f.dial(), f.dialBound(otherOrigin, nodeapi.Grants{Files: true})
		for _, file := range []struct{ path, text string }{
			{"/secret", "the node's own"}, {"/ipns/secret", "the node's own"}, {"/origins/https/a.example.evil/secret", "another's"},
		} {
			f.writeFile(own, file.path, file.text)
		}
		f.writeFile(other, "/secret", "another's")
		mine := f.dialBound(origin, nodeapi.Grants{Files: true})
		f.writeFile(mine, "/a/own", "mine")

		ways := []string{
			"/secret", "/../secret", "/../../../secret", "/a/../../../../secret", "/./../secret", "//../secret", "/../b.example/secret",
			"/../../https/b.example/secret", "/../a.example.evil/secret", "/origins/https/b.example/secret", "/%2e%2e/secret",
			"/..%2fsecret", "/%2e%2e%2fb.example%2fsecret", `/..\secret`, `/..\..\secret`, "/..;/secret", "/．．/secret", "/\u2024\u2024/secret",
			"/. ./secret", "/.. /secret", "/...//secret", "/a/own/../../../b.example/secret", "/ipns/secret", "/ipfs", "/IPFS/secret",
		}
		for i, way := range ways {
			err := mine.Invoke(f.Context(), nodeapi.MethodFilesStat, nodeapi.FilesStatRequest{Path: way}, nil)
			e := f.wantCode(err, nodeapi.CodeNoLink)
			if told := fmt.Sprint(e.Message, e.Details); strings.Contains(told, "origins/https/a.example") {
				f.Errorf("%s: the error tells where the files are: %s", way, told)
			}
			for _, call := range []struct {
				method  string
				request any
			}{
				{nodeapi.MethodFilesRead, nodeapi.FilesReadRequest{Path: way}},
				{nodeapi.MethodFilesList, nodeapi.FilesListRequest{Path: way}},
				{nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{From: []string{way}, To: "/stolen"}},
				{nodeapi.MethodFilesMove, nodeapi.FilesMoveRequest{From: []string{way}, To: "/stolen"}},
				{nodeapi.MethodFilesRemove, nodeapi.FilesRemoveRequest{Paths: []string{way}, Recursive: true}},
				{nodeapi.MethodFilesTouch, nodeapi.FilesTouchRequest{Path: way}},
				{nodeapi.MethodFilesChmod, nodeapi.FilesChmodRequest{Path: way, Mode: 0o777}},
			} {
				if err := mine.Invoke(f.Context(), call.method, call.request, nil); err == nil {
					f.Errorf("%s %q was done", call.method, way)
				}
			}
			f.writeFile(mine, way, "forged")
			for _, call := range []struct {
				method  string
				request any
			}{
				{nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{From: []string{"/a/own"}, To: fmt.Sprint(way, "-copy", i)}},
				{nodeapi.MethodFilesMkdir, nodeapi.FilesMkdirRequest{Path: way + "-dir", Parents: true}},
				{nodeapi.MethodFilesRemove, nodeapi.FilesRemoveRequest{Paths: []string{way}, Recursive: true}},
			} {
				if err := mine.Invoke(f.Context(), call.method, call.request, nil); err != nil {
					f.Errorf("%s %q: %v", call.method, way, err)
				}
			}
		}

		for _, path := range f.backend.Paths() {
			if !slices.Contains([]string{"/", "/secret", "/ipns", "/ipns/secret", "/origins", "/origins/https"}, path) &&
				!strings.HasPrefix(path+"/", "/origins/https/a.example/") && !strings.HasPrefix(path, "/origins/https/a.example.evil") &&
				path != "/origins/https/b.example" && path != "/origins/https/b.example/secret" {
				f.Errorf("there is %q", path)
			}
		}
		for path, want := range map[string]string{"/secret": "the node's own", "/origins/https/b.example/secret": "another's", "/origins/https/a.example/a/own": "mine"} {
			if got := f.readFile(own, path); got != want {
				f.Errorf("%s: got %q; want %q", path, got, want)
			}
		}
	})
}

// TestFilesWithoutAnOriginAreTheNodesOwn: such a port is for the node's own workers
// and frames.
func TestFilesWithoutAnOriginAreTheNodesOwn(t *testing.T) {
	run(t, func(f *fixture) {
		f.writeFile(f.dial(), "/a", "text")
		if got := f.readFile(f.dialBound("", nodeapi.Grants{Files: true}), "/a"); got != "text" {
			f.Errorf("got %q; want the node's own file", got)
		}
	})
}

func (f *fixture) writeFile(conn *messageport.ClientConn, path, text string) {
	f.Helper()
	call := f.call(conn, nodeapi.MethodFilesWrite, nodeapi.FilesWriteRequest{Path: path, Create: true, Parents: true}, true)
	_, err := call.Write([]byte(text))
	if err == nil {
		err = call.CloseWrite()
	}
	if err == nil {
		err = call.Result(nil)
	}
	if err != nil {
		f.Fatalf("write %q: %v", path, err)
	}
}

func (f *fixture) readFile(conn *messageport.ClientConn, path string) string {
	f.Helper()
	call := f.call(conn, nodeapi.MethodFilesRead, nodeapi.FilesReadRequest{Path: path}, false)
	data, err := io.ReadAll(call)
	if err == nil {
		err = call.Result(nil)
	}
	if err != nil {
		f.Fatalf("read %q: %v", path, err)
	}
	return string(data)
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
