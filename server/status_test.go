package server_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

func (f *fixture) status(conn *messageport.ClientConn) nodeapi.Status {
	f.Helper()
	var status nodeapi.Status
	if err := conn.Invoke(f.Context(), nodeapi.MethodStatus, nil, &status); err != nil {
		f.Fatal(err)
	}
	return status
}

func TestStatus(t *testing.T) {
	worker := nodeapi.Worker{Kind: nodeapi.WorkerShared, URL: "https://example.com/worker.js"}
	runWith(t, server.Config{Epoch: "e", Version: "1.2.3", Worker: worker}, func(f *fixture) {
		first, second := f.dial(), f.dial()
		f.put(make([]byte, 1000))
		f.subscribe(second, nodeapi.SubscribeRequest{Topic: "topic"})
		f.subscribe(second, nodeapi.SubscribeRequest{Topic: "topic"})
		f.join(second, nodeapi.RoomRequest{Topic: "room"})
		f.handle(second)
		adding := f.call(second, nodeapi.MethodAdd, nil, true)
		if err := adding.WriteItem(nodeapi.FileHeader{}); err != nil {
			f.Fatal(err)
		}
		if _, err := adding.Write(make([]byte, 1000)); err != nil {
			f.Fatal(err)
		}
		synctest.Wait()

		status := f.status(first)
		want := nodeapi.Worker{Kind: worker.Kind, URL: worker.URL, Version: "1.2.3", Epoch: "e"}
		if status.Worker != want || status.Started == 0 || !slices.Equal(status.Topics, []string{"topic"}) {
			f.Errorf("got %+v", status)
		}
		now := status.Now
		if now.Memory < 1<<20 || now.Heap == 0 || now.Heap > now.Memory || now.Goroutines < 5 || now.Sessions != 2 ||
			now.Calls != 6 || now.Received < 1000 || now.Sent == 0 || now.Blocks != 1 || now.RepoSize != 1000 {
			f.Errorf("got sample %+v", now)
		}
		if len(status.Sessions) != 2 {
			f.Fatalf("got %d sessions; want 2", len(status.Sessions))
		}
		for i, conn := range []*messageport.ClientConn{first, second} {
			got := status.Sessions[i]
			if got.ID != conn.Welcome().Session || got.Client != "test" || got.Started == 0 || got.Received == 0 || got.Sent == 0 {
				f.Errorf("session %d: got %+v", i, got)
			}
		}
		busy := status.Sessions[1]
		if !slices.Equal(busy.Topics, []string{"topic"}) || !slices.Equal(busy.Rooms, []string{"room"}) || !slices.Equal(busy.Protocols, []string{protocol}) {
			f.Errorf("got topics %v, rooms %v, protocols %v", busy.Topics, busy.Rooms, busy.Protocols)
		}
		var methods []string
		for _, call := range busy.Calls {
			methods = append(methods, call.Method)
		}
		wantMethods := []string{
			nodeapi.MethodPubSubSubscribe, nodeapi.MethodPubSubSubscribe, nodeapi.MethodRoomJoin, nodeapi.MethodStreamHandle, nodeapi.MethodAdd,
		}
		if !slices.Equal(methods, wantMethods) {
			f.Errorf("got calls %v; want %v", methods, wantMethods)
		}
		if add := busy.Calls[len(busy.Calls)-1]; add.Started == 0 || add.Received < 1000 || add.Received > 1100 {
			f.Errorf("got call %+v; want the bytes that were sent", add)
		}
	})
}

// A list that is empty is no null, which is none to a client.
func TestStatusHasNoNulls(t *testing.T) {
	for name, backend := range map[string]server.Backend{
		"whole": &servertest.Backend{},
		"bare":  bare{&servertest.Backend{}},
	} {
		t.Run(name, func(t *testing.T) {
			runWith(t, server.Config{Backend: backend}, func(f *fixture) {
				conn := f.dial()
				for _, method := range []string{nodeapi.MethodStatus, nodeapi.MethodStatusSamples} {
					var answer any
					if err := conn.Invoke(f.Context(), method, nil, &answer); err != nil {
						f.Fatal(err)
					}
					if at := nullIn(answer); at != "" {
						f.Errorf("%s has a null at %s", method, at)
					}
				}
			})
		})
	}
}

// nullIn returns where v has a nil.
func nullIn(v any) string {
	switch v := reflect.ValueOf(v); v.Kind() {
	case reflect.Invalid:
		return "."
	case reflect.Slice:
		for i := range v.Len() {
			if at := nullIn(v.Index(i).Interface()); at != "" {
				return fmt.Sprintf("[%d]%s", i, at)
			}
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			if at := nullIn(value.Interface()); at != "" {
				return fmt.Sprintf(".%v%s", key, at)
			}
		}
	}
	return ""
}

func TestSamples(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		samples := func(since int64) []nodeapi.StatusSample {
			var list nodeapi.SampleList
			if err := conn.Invoke(f.Context(), nodeapi.MethodStatusSamples, nodeapi.SamplesRequest{Since: since}, &list); err != nil {
				f.Fatal(err)
			}
			return list.Samples
		}
		byTime := func(a, b nodeapi.StatusSample) int { return int(a.Time - b.Time) }
		began := time.Now()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		some := samples(0)
		if n := len(some); n != 121 || !slices.IsSortedFunc(some, byTime) || some[0].Time != began.UnixMilli() {
			f.Fatalf("after 10 minutes: got %d samples from %d", n, some[0].Time)
		}
		if last := some[len(some)-1]; last.Sessions != 1 || last.Memory == 0 || last.Received == 0 {
			f.Errorf("got %+v", last)
		}
		if got := samples(some[100].Time); len(got) != 20 || got[0] != some[101] {
			f.Errorf("got %d samples after the 101st; want 20", len(got))
		}

		time.Sleep(3 * time.Hour)
		synctest.Wait()
		all := samples(0)
		if len(all) != 720 || !slices.IsSortedFunc(all, byTime) || all[719].Time != time.Now().UnixMilli() {
			f.Errorf("after 3 hours: got %d samples", len(all))
		}
		if got := samples(all[719].Time); len(got) != 0 {
			f.Errorf("got %d samples after the last", len(got))
		}
	})
}

// Nobody looks at a server without sessions; and sessions that come and go do
// not fill the hour.
func TestSamplesRestWithoutSessions(t *testing.T) {
	run(t, func(f *fixture) {
		for range 100 {
			_ = f.dial().Close()
			synctest.Wait()
		}
		time.Sleep(time.Hour)
		var list nodeapi.SampleList
		if err := f.dial().Invoke(f.Context(), nodeapi.MethodStatusSamples, nil, &list); err != nil {
			f.Fatal(err)
		}
		if n := len(list.Samples); n < 1 || n > 2 {
			f.Errorf("got %d samples; want that of the beginning and that of now", n)
		}
		if last := f.status(f.dial()).Now; last.Received == 0 || last.Sessions != 2 {
			f.Errorf("got %+v; want the bytes of sessions that have ended too", last)
		}
	})
}
