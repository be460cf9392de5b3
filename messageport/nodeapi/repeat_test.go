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
		nodeapi.MethodFilesCopy, nodeapi.MethodFilesMkdir, nodeapi.MethodFilesTouch, nodeapi.MethodFilesChmod,
		nodeapi.MethodFilesRemove, nodeapi.MethodFilesWrite, nodeapi.MethodFilesMove, nodeapi.MethodFilesFlush,
		nodeapi.MethodPortsCreate, nodeapi.MethodPortsRevoke, nodeapi.MethodGrantsSet, nodeapi.MethodGrantsRevoke,
		nodeapi.MethodSourcesServe, nodeapi.MethodSourcesAnswer,
	} {
		if repeat, ok := nodeapi.Repeats[method]; ok {
			t.Errorf("%s may be repeated as %q", method, repeat)
		}
	}
}
