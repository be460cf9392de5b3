package server_test

import (
	"slices"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FuzzCall makes calls with any request and any upload. Whatever they are, the
// call ends, not with a fault of the server's own, and the session lives.
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
	}
	for _, seed := range seeds {
		request, err := messageport.Marshal(seed.request)
		if err != nil {
			f.Fatal(err)
		}
		item, err := messageport.Marshal(seed.item)
		if err != nil {
			f.Fatal(err)
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
			id := raw.open(methods[int(method)%len(methods)], request, 0)
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
			if e := raw.end(id); e != nil && e.Code == string(nodeapi.CodeInternal) {
				f.Errorf("%s: %v", methods[int(method)%len(methods)], e)
			}
			if e := raw.invoke(nodeapi.MethodVersion, []byte{0xf6}); e != nil {
				f.Errorf("the session is no longer answering: %v", e)
			}
		})
	})
}
