package server_test

import (
	"io"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

// FuzzCall makes calls with any request and any upload, in a session that is in
// room 1 and is offered stream 1. Whatever they are, the call ends, if only with
// its cancel, not with a fault of the server's own, and the session lives.
func FuzzCall(f *testing.F) {
	methods := make([]string, 0, len(requests))
	for method := range requests {
		methods = append(methods, method)
	}
	slices.Sort(methods)
	seeds := []struct {
		request any
		item    any
	}{
		{nil, nil},
		{nodeapi.AddOptions{Progress: true, WrapWithDirectory: true}, nodeapi.FileHeader{Path: "a/b", Size: new(uint64(4))}},
		{nodeapi.PathRequest{Path: "bafkqaaa/a"}, nodeapi.FileHeader{Path: "a", Dir: true}},
		{map[string]any{"cid": []byte{1, 0x55, 0, 0}, "cids": [][]byte{{1, 0x55, 0, 0}}}, 7},
		{map[string]any{"topic": "t", "protocol": "/a", "addr": "/memory/1/p2p/p", "peer": "p"}, nil},
		{nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: []string{servertest.EchoProtocol}}, nil},
		{map[string]any{"room": 1, "id": 1}, nil},
		{map[string]any{"path": "/", "paths": []string{"/a"}, "from": []string{"/a"}, "to": "/b", "create": true}, nil},
	}
	encode := func(v any) []byte {
		data, err := messageport.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	room := encode(nodeapi.RoomRequest{Topic: "t"})
	handle := encode(nodeapi.HandleRequest{Protocol: protocol})
	cancel := encode(messageport.Error{Code: messageport.CodeCanceled})
	for _, seed := range seeds {
		request := encode(seed.request)
		var item []byte
		if seed.item != nil {
			item = encode(seed.item)
		}
		for i := range methods {
			f.Add(uint8(i), request, item, []byte("data"), i%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, method uint8, request, item, data []byte, dataFirst bool) {
		if len(item) > messageport.MaxItem || len(data) > 64<<10 || len(request) > messageport.MaxOpen-64 {
			t.Skip("over a limit of the port, which ends the session")
		}
		run(t, func(f *fixture) {
			raw := f.dialRaw()
			raw.open(nodeapi.MethodRoomJoin, room, messageport.FlagEnd)
			raw.open(nodeapi.MethodStreamHandle, handle, messageport.FlagEnd)
			synctest.Wait()
			peer := f.asPeer()
			defer func() { _ = peer.Reset() }()
			go func() {
				_, _ = io.Copy(peer, peer)
				_ = peer.CloseWrite()
			}()
			synctest.Wait()
			method := methods[int(method)%len(methods)]
			id := raw.open(method, request, 0)
			parts := []messageport.Frame{
				{Type: messageport.TypeItem, ID: id, Payload: item},
				{Type: messageport.TypeData, ID: id, Payload: data},
			}
			if dataFirst {
				slices.Reverse(parts)
			}
			for _, part := range parts {
				if len(part.Payload) > 0 {
					raw.send(part)
				}
			}
			raw.send(messageport.Frame{Type: messageport.TypeData, Flags: messageport.FlagEnd, ID: id})
			if slices.Contains(endless, method) {
				synctest.Wait()
				raw.send(messageport.Frame{Type: messageport.TypeCancel, ID: id, Payload: cancel})
			}
			if e := raw.end(id); e != nil && e.Code == string(nodeapi.CodeInternal) {
				f.Errorf("%s: %v", method, e)
			}
			if e := raw.invoke(nodeapi.MethodVersion, []byte{0xf6}); e != nil {
				f.Errorf("the session is no longer answering: %v", e)
			}
		})
	})
}
