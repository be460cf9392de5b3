package server_test

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestLeavesAreForTheOwnOrigin asks for a file's leaves in a tab's session, where
// the call goes on until it is given up, and by a port of another origin, which
// gets bytes.
func TestLeavesAreForTheOwnOrigin(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Database = "a database"
		own := f.dial()
		c := f.put([]byte("a file")).Cid.String()
		other := f.dialBound(origin, nodeapi.Grants{Read: true})
		request := nodeapi.CatRequest{Path: c, Leaves: true}

		call := f.call(own, nodeapi.MethodCat, request, false)
		told := receiveItem[nodeapi.Leaves](f, call)
		if told.Database != "a database" || told.Length != 6 || len(told.Leaves) != 1 || string(told.Leaves[0].Key) != c {
			f.Errorf("got %+v", told)
		}
		synctest.Wait()
		if calls := f.status(own).Sessions[0].Calls; len(calls) != 2 {
			f.Errorf("got %v; want it to go on", calls)
		}
		call.Cancel(errors.New("read"))
		synctest.Wait()
		f.onlyStatusLeft(own)

		call = f.call(other, nodeapi.MethodCat, request, false)
		if data, err := io.ReadAll(call); err != nil || string(data) != "a file" {
			f.Errorf("another origin got %q, %v; want bytes", data, err)
		}
	})
}
