package server_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FuzzGranted makes calls with any request in a session that was granted all there
// is to grant. Whatever they are, all that comes to the backend is on the origin's
// account, names nothing but content, and makes files in its directory alone.
func FuzzGranted(f *testing.F) {
	var methods []string
	for _, some := range methodsOf {
		methods = append(methods, some...)
	}
	slices.Sort(methods)
	encode := func(v any) []byte {
		data, err := messageport.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	content := cid.MustParse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")
	for i, method := range methods {
		for _, request := range hostileRequests(method, content) {
			f.Add(uint8(i), encode(request), []byte("data"))
		}
	}
	cancel := encode(messageport.Error{Code: messageport.CodeCanceled})
	f.Fuzz(func(t *testing.T, method uint8, request, data []byte) {
		if len(data) > 64<<10 || len(request) > messageport.MaxOpen-64 {
			t.Skip("over a limit of the port, which ends the session")
		}
		run(t, func(f *fixture) {
			grants := allGrants
			raw := f.dialRawBound(f.createPort(f.dial(), nodeapi.PortRequest{Origin: origin, Grants: &grants}).Secret)
			f.backend.Hook = func(ctx context.Context, method string) error {
				account, _ := nodeapi.AccountOf(ctx)
				if account.Origin != origin && method != nodeapi.MethodStreamHandle || !slices.Contains(methods, method) {
					t.Errorf("%s came to the backend on the account of %q", method, account.Origin)
				}
				return nil
			}
			id := raw.open(methods[int(method)%len(methods)], request, 0)
			if len(data) > 0 {
				raw.send(messageport.Frame{Type: messageport.TypeData, ID: id, Payload: data})
			}
			raw.send(messageport.Frame{Type: messageport.TypeData, Flags: messageport.FlagEnd, ID: id})
			synctest.Wait()
			raw.send(messageport.Frame{Type: messageport.TypeCancel, ID: id, Payload: cancel})
			if e := raw.end(id); e != nil && e.Code == string(nodeapi.CodeInternal) {
				t.Errorf("%v", e)
			}
			for _, path := range f.backend.Paths() {
				if !strings.HasPrefix("/origins/https/a.example/", strings.TrimSuffix(path, "/")+"/") && !strings.HasPrefix(path, "/origins/https/a.example/") {
					t.Errorf("there is %q", path)
				}
			}
		})
	})
}
