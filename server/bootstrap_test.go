package server_test

import (
	"slices"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Who changes the list of bootstrap peers changes it for all, and all are told.
func TestBootstrapIsTold(t *testing.T) {
	run(t, func(f *fixture) {
		watching := f.call(f.dial(), nodeapi.MethodEvents, nil, false)
		told := func() []string {
			return receiveItem[nodeapi.NodeEvent](f, watching).Config.Bootstrap
		}
		if got := told(); len(got) > 0 {
			f.Errorf("at first the list is %q", got)
		}
		const addr = "/memory/2/p2p/somebody"
		conn := f.dial()
		for _, step := range []struct {
			method  string
			request any
			want    []string
		}{
			{nodeapi.MethodBootstrapAdd, nodeapi.AddrRequest{Addr: addr}, []string{addr}},
			{nodeapi.MethodBootstrapRemove, nodeapi.AddrRequest{Addr: addr}, nil},
			{nodeapi.MethodBootstrapAdd, nodeapi.AddrRequest{Addr: addr}, []string{addr}},
			{nodeapi.MethodBootstrapClear, nil, nil},
		} {
			var list nodeapi.AddrList
			if err := conn.Invoke(f.Context(), step.method, step.request, &list); err != nil || !slices.Equal(list.Addrs, []string{addr}) {
				f.Errorf("%s: got %+v, %v", step.method, list, err)
			}
			if got := told(); !slices.Equal(got, step.want) {
				f.Errorf("after %s the others are told of %q; want %q", step.method, got, step.want)
			}
		}
		watching.Cancel(nil)
	})
}

// What of a collection is no error is not told to who wants quiet.
func TestQuietGC(t *testing.T) {
	run(t, func(f *fixture) {
		for _, quiet := range []bool{false, true} {
			f.put([]byte("a"))
			f.put([]byte("b"))
			call := f.call(f.dial(), nodeapi.MethodRepoGC, nodeapi.RepoGCRequest{Quiet: quiet}, false)
			told := 0
			for {
				if _, err := call.Next(); err != nil {
					break
				}
				told++
			}
			if err := call.Result(nil); err != nil || quiet != (told == 0) || f.backend.Blocks() > 0 {
				f.Errorf("quiet %v: told of %d blocks, %d are left, %v", quiet, told, f.backend.Blocks(), err)
			}
		}
	})
}
