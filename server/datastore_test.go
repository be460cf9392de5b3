package server_test

import (
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A batch that is over its bounds, or no batch, changes nothing.
func TestDatastoreBatchRefused(t *testing.T) {
	change := func(key string) nodeapi.DatastoreChange { return nodeapi.DatastoreChange{Key: key} }
	for name, test := range map[string]struct {
		want nodeapi.Code
		send func(*messageport.ClientCall) error
	}{
		"too many bytes": {nodeapi.CodeBatchTooLarge, func(call *messageport.ClientCall) error {
			_, err := call.Write(make([]byte, nodeapi.MaxDatastoreBatch+1))
			return err
		}},
		"too many changes": {nodeapi.CodeBatchTooLarge, func(call *messageport.ClientCall) error {
			for range nodeapi.MaxDatastoreChanges {
				if err := call.WriteItem(change("/b")); err != nil {
					return err
				}
			}
			return nil
		}},
		"bytes of what is deleted": {messageport.CodeBadRequest, func(call *messageport.ClientCall) error {
			if err := call.WriteItem(nodeapi.DatastoreChange{Key: "/b", Delete: true}); err != nil {
				return err
			}
			_, err := call.Write([]byte("x"))
			return err
		}},
		"a wrong key": {nodeapi.CodeInvalidOption, func(call *messageport.ClientCall) error {
			return call.WriteItem(change("b"))
		}},
		"a wrong item": {nodeapi.CodeInvalidOption, func(call *messageport.ClientCall) error {
			return call.WriteItem(map[string]any{"key": 1})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dial()
				call, err := conn.Call(f.Context(), nodeapi.MethodDatastoreBatch, nil, messageport.CallOptions{Upload: true})
				if err != nil {
					f.Fatal(err)
				}
				if err := call.WriteItem(change("/a")); err != nil {
					f.Fatal(err)
				}
				if err := test.send(call); err == nil {
					_ = call.CloseWrite()
				}
				f.wantCode(call.Result(nil), test.want)
				var has bool
				err = conn.Invoke(f.Context(), nodeapi.MethodDatastoreHas, nodeapi.DatastoreKey{Key: "/a"}, &has)
				if err != nil || has {
					f.Errorf("got %v, %v; want nothing changed", has, err)
				}
			})
		})
	}
}
