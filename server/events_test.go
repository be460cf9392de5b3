package server_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// events opens a session's events and reads the first, the configuration.
func (f *fixture) events(conn *messageport.ClientConn) (*messageport.ClientCall, nodeapi.Config) {
	f.Helper()
	call := f.call(conn, nodeapi.MethodEvents, nil, false)
	first := receiveItem[nodeapi.NodeEvent](f, call)
	if first.Config == nil || first.Warning != nil {
		f.Fatalf("got %+v; want the configuration first", first)
	}
	return call, *first.Config
}

func (f *fixture) wantWarning(call *messageport.ClientCall, message string) nodeapi.NodeEvent {
	f.Helper()
	event := receiveItem[nodeapi.NodeEvent](f, call)
	if event.Warning == nil || event.Config != nil || event.Warning.Message != message {
		f.Fatalf("got %+v; want the warning %q", event, message)
	}
	return event
}

func TestEventsFollowTheConfiguration(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Settings = nodeapi.Config{Durability: nodeapi.DurabilityRelaxed, Topics: []string{"x"}}
		first, config := f.events(f.dial())
		if config.Durability != nodeapi.DurabilityRelaxed {
			f.Errorf("got %+v; want the running configuration", config)
		}
		// What does not change it is not told; a session that does is told as well.
		if _, err := f.tryDial(hello(f, nodeapi.Hello{Config: nodeapi.Config{Durability: nodeapi.DurabilityRelaxed}})); err != nil {
			f.Fatal(err)
		}
		other, err := f.tryDial(hello(f, nodeapi.Hello{Config: nodeapi.Config{Topics: []string{"a"}}}))
		if err != nil {
			f.Fatal(err)
		}
		event := receiveItem[nodeapi.NodeEvent](f, first)
		if event.Config == nil || !slices.Equal(event.Config.Topics, []string{"x", "a"}) {
			f.Errorf("got %+v; want the topic that another session added", event)
		}
		if _, config := f.events(other); !slices.Equal(config.Topics, []string{"x", "a"}) {
			f.Errorf("got %+v; want its own topic", config)
		}
	})
}

func TestEventsHaveWarningsForAll(t *testing.T) {
	run(t, func(f *fixture) {
		first, _ := f.events(f.dial())
		second, _ := f.events(f.dial())
		synctest.Wait()
		f.backend.Warn(nodeapi.Warning{Code: nodeapi.CodeStorageLow, Message: "low", Details: map[string]any{"limit": uint64(7)}})
		for _, call := range []*messageport.ClientCall{first, second} {
			event := f.wantWarning(call, "low")
			if event.Warning.Code != nodeapi.CodeStorageLow || event.Warning.Details["limit"] != uint64(7) {
				f.Errorf("got %+v", event.Warning)
			}
		}
	})
}

// A session that does not read its events loses the oldest warnings, and is told
// of how many. Others have theirs.
func TestEventsThatAreNotRead(t *testing.T) {
	run(t, func(f *fixture) {
		deaf := f.call(f.dial(), nodeapi.MethodEvents, nil, false)
		keen, _ := f.events(f.dial())
		synctest.Wait()
		const count = 2000
		large := map[string]any{"x": make([]byte, 10<<10)} // the window is full after some dozens
		for i := range count {
			f.backend.Warn(nodeapi.Warning{Message: fmt.Sprint(i), Details: large})
			if got := f.wantWarning(keen, fmt.Sprint(i)); got.Dropped != 0 {
				f.Fatalf("a session that reads lost %d warnings", got.Dropped)
			}
		}
		if event := receiveItem[nodeapi.NodeEvent](f, deaf); event.Config == nil {
			f.Fatalf("got %+v; want the configuration", event)
		}
		read, dropped := 0, uint64(0)
		for read+int(dropped) < count {
			event := receiveItem[nodeapi.NodeEvent](f, deaf)
			read, dropped = read+1, dropped+event.Dropped
			if want := fmt.Sprint(read + int(dropped) - 1); event.Warning == nil || event.Warning.Message != want {
				f.Fatalf("got %v; want warning %s after %d lost", event.Warning, want, dropped)
			}
		}
		if read > 200 {
			f.Errorf("%d warnings were kept for a session that does not read", read)
		}
	})
}

// A backend that tells nothing by itself has a configuration all the same.
func TestEventsOfABareBackend(t *testing.T) {
	runWith(t, server.Config{Backend: bare{&servertest.Backend{}}}, func(f *fixture) {
		call, _ := f.events(f.dial())
		call.Cancel(nil)
	})
}

func TestEndAtEveryStepOfEvents(t *testing.T) {
	atEveryStep(t, nodeapi.MethodEvents, func(*fixture) {}, func(s *stage) {
		s.open(nodeapi.MethodEvents, nil, false)
		go s.readAll()
		synctest.Wait()
		for range 5 {
			s.backend.Warn(nodeapi.Warning{Message: "w"})
		}
	})
}
