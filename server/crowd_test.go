package server_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Of a kind of calls that are dear, a session does only so many at once; another
// does as many beside it, but of those that go through all of the repo one at a
// time is done for all. What waits has its turn in the end.
func TestCrowds(t *testing.T) {
	for _, test := range []struct {
		method             string
		request            any
		calls, alone, both int // made by each; done at once of one session, of two
	}{
		{nodeapi.MethodCat, nodeapi.CatRequest{Path: "bafkqaaa"}, 40, 32, 64},
		{nodeapi.MethodDAGExport, nodeapi.PathRequest{Path: "bafkqaaa"}, 40, 32, 64},
		{nodeapi.MethodPinList, nodeapi.PinListRequest{}, 10, 4, 8},
		{nodeapi.MethodDAGStat, nodeapi.DAGStatRequest{Paths: []string{"bafkqaaa"}}, 10, 4, 8},
		{nodeapi.MethodRefs, nodeapi.RefsRequest{Paths: []string{"bafkqaaa"}}, 10, 4, 8},
		{nodeapi.MethodRefsLocal, nil, 10, 4, 8},
		{nodeapi.MethodRepoGC, nil, 3, 1, 1},
	} {
		t.Run(test.method, func(t *testing.T) {
			run(t, func(f *fixture) {
				hold := make(chan struct{})
				f.backend.Hook = func(ctx context.Context, method string) error {
					if method == test.method {
						<-hold
					}
					return ctx.Err()
				}
				var calls []*messageport.ClientCall
				for i, want := range []int{test.alone, test.both} {
					conn := f.dial()
					for range test.calls {
						calls = append(calls, f.call(conn, test.method, test.request, false))
					}
					time.Sleep(time.Minute) // for all to have had their turn
					synctest.Wait()
					if got := f.backend.Held(); got != want {
						t.Errorf("%d are done at once for %d sessions; want %d", got, i+1, want)
					}
					f.alive(conn)
				}
				close(hold)
				for _, call := range calls {
					_ = call.Result(nil) // of a file that is not there, an error
				}
				if got := f.backend.Held(); got != 0 {
					t.Errorf("%d are left undone", got)
				}
			})
		})
	}
}
