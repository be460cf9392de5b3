package server_test

import (
	"context"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A request that has a field offline can ask for the repo alone.
func TestOfflinePerCall(t *testing.T) {
	for method, typ := range requests {
		if typ == nil {
			continue
		}
		if _, ok := typ.FieldByName("Offline"); !ok {
			continue
		}
		t.Run(method, func(t *testing.T) {
			run(t, func(f *fixture) {
				var got []bool
				f.backend.Hook = func(ctx context.Context, _ string) error {
					got = append(got, nodeapi.IsOffline(ctx))
					return nil
				}
				conn := f.dial()
				for _, offline := range []bool{false, true} {
					got = nil
					request := map[string]any{
						"path": "bafkqaaa", "paths": []string{"bafkqaaa"}, "cid": []byte{1, 0x55, 0, 0},
						"name": "bafkqaaa", "from": "bafkqaaa", "to": "/b", "offline": offline,
					}
					if method == nodeapi.MethodFilesCopy {
						request["from"] = []any{"/a"}
					}
					_ = conn.Invoke(f.Context(), method, request, nil) // there is no such block
					if len(got) == 0 {
						f.Fatal("the backend was not asked")
					}
					for _, is := range got {
						if is != offline {
							f.Errorf("with offline %v the backend was asked with %v", offline, is)
						}
					}
				}
			})
		})
	}
}
