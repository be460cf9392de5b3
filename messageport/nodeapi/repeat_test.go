package nodeapi_test

import (
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestWhatWouldBeDoneTwiceIsNotRepeated(t *testing.T) {
	for _, method := range []string{
		nodeapi.MethodPubSubPublish, nodeapi.MethodRoomSend, nodeapi.MethodPinRemove, nodeapi.MethodBlockRemove,
		nodeapi.MethodRepoGC, nodeapi.MethodSwarmDisconnect, nodeapi.MethodStreamDial, nodeapi.MethodStreamAccept,
		nodeapi.MethodPubSubSubscribe, nodeapi.MethodRoomJoin, nodeapi.MethodStreamHandle, nodeapi.MethodEvents,
	} {
		if repeat, ok := nodeapi.Repeats[method]; ok {
			t.Errorf("%s may be repeated as %q", method, repeat)
		}
	}
}
