package server_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// missing returns the CID of a block that the backend does not have.
func missing(data []byte) cid.Cid {
	c, err := cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}.Sum(data)
	if err != nil {
		panic(err)
	}
	return c
}

func (f *fixture) serveBlocks(conn *messageport.ClientConn) *messageport.ClientCall {
	f.Helper()
	call := f.call(conn, nodeapi.MethodSourcesServe, nil, false)
	if first := receiveItem[nodeapi.SourceWant](f, call); first.ID != 0 || first.Cid != nil {
		f.Fatalf("got %+v; want first that the source is asked", first)
	}
	return call
}

func (f *fixture) answer(conn *messageport.ClientConn, answer nodeapi.SourceAnswer, data []byte) error {
	f.Helper()
	call := f.call(conn, nodeapi.MethodSourcesAnswer, answer, true)
	if _, err := call.Write(data); err == nil {
		_ = call.CloseWrite()
	}
	return call.Result(nil)
}

type blockResult struct {
	data []byte
	err  error
}

func (f *fixture) wantNone(got blockResult) {
	f.Helper()
	if nodeapi.CodeOf(got.err) != nodeapi.CodeNotFound {
		f.Errorf("got %q, %v; want no block", got.data, got.err)
	}
}

// get has the backend look for a block.
func (f *fixture) get(ctx context.Context, c cid.Cid) <-chan blockResult {
	result := make(chan blockResult, 1)
	go func() {
		data, err := f.backend.BlockGet(ctx, c)
		result <- blockResult{data, err}
	}()
	return result
}

func TestSourceIsAsked(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		call := f.serveBlocks(conn)
		data := []byte("elsewhere")
		c := missing(data)

		result := f.get(f.Context(), c)
		want := receiveItem[nodeapi.SourceWant](f, call)
		if want.ID == 0 || !want.Cid.Equals(c) {
			f.Fatalf("asked for %+v; want %s", want, c)
		}
		f.wantCode(f.answer(conn, nodeapi.SourceAnswer{ID: want.ID, Cid: missing(nil), Found: true}, data), nodeapi.CodeBadRequest)
		if err := f.answer(conn, nodeapi.SourceAnswer{ID: want.ID + 1, Cid: c, Found: true}, data); err != nil {
			f.Errorf("an answer that nobody waits for: %v", err)
		}
		other := f.dial()
		if err := f.answer(other, nodeapi.SourceAnswer{ID: want.ID, Cid: c, Found: true}, []byte("forged")); err != nil {
			f.Error(err)
		}
		if err := f.answer(conn, nodeapi.SourceAnswer{ID: want.ID, Cid: c, Found: true}, data); err != nil {
			f.Fatal(err)
		}
		if got := <-result; got.err != nil || string(got.data) != string(data) {
			f.Errorf("got %q, %v", got.data, got.err)
		}

		result = f.get(f.Context(), c)
		want = receiveItem[nodeapi.SourceWant](f, call)
		if err := f.answer(conn, nodeapi.SourceAnswer{ID: want.ID, Cid: c}, nil); err != nil {
			f.Fatal(err)
		}
		f.wantNone(<-result)

		result = f.get(f.Context(), c)
		want = receiveItem[nodeapi.SourceWant](f, call)
		if err := f.answer(conn, nodeapi.SourceAnswer{ID: want.ID, Cid: c, Found: true}, []byte("wrong")); err != nil {
			f.Fatal(err)
		}
		f.wantNone(<-result)
		f.wantCode(call.Result(nil), nodeapi.CodeInvalidBlock)
	})
}

// TestSourceThatGoesHoldsUpNobody ends a source in each way while it is asked.
func TestSourceThatGoesHoldsUpNobody(t *testing.T) {
	for name, end := range map[string]func(conn *messageport.ClientConn, call *messageport.ClientCall){
		"call":    func(_ *messageport.ClientConn, call *messageport.ClientCall) { call.Cancel(nil) },
		"session": func(conn *messageport.ClientConn, _ *messageport.ClientCall) { _ = conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dial()
				call := f.serveBlocks(conn)
				result := f.get(f.Context(), missing([]byte("elsewhere")))
				receiveItem[nodeapi.SourceWant](f, call)
				end(conn, call)
				f.wantNone(<-result)
				synctest.Wait()
				if n := f.backend.Sources(); n != 0 {
					f.Errorf("%d sources are left", n)
				}
			})
		})
	}
}

// TestSourceThatReadsNothing has its bound of what it is asked for.
func TestSourceThatReadsNothing(t *testing.T) {
	run(t, func(f *fixture) {
		f.serveBlocks(f.dial())
		ctx, cancel := context.WithCancel(f.Context())
		var results []<-chan blockResult
		for range 300 {
			results = append(results, f.get(ctx, missing([]byte("elsewhere"))))
		}
		synctest.Wait()
		refused := 0
		for _, result := range results {
			select {
			case <-result:
				refused++
			default:
			}
		}
		if refused != 300-256 {
			f.Errorf("%d were refused; want those above 256", refused)
		}
		cancel()
		synctest.Wait()
	})
}
