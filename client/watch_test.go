package client_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/journal"
	"github.com/sharednode/sharednode/server/servertest"
)

func TestEventsAndSamples(t *testing.T) {
	run(t, func(f *fixture) {
		warned := nodeapi.Warning{Code: nodeapi.CodeStorageLow, Message: "nearly full"}
		for event, err := range f.Events(f.Context()) {
			if err != nil {
				f.Fatal(err)
			}
			if event.Config != nil {
				synctest.Wait() // it watches
				f.backend.Warn(warned)
				continue
			}
			if event.Warning == nil || event.Warning.Code != warned.Code || event.Warning.Message != warned.Message {
				f.Errorf("got %+v; want the warning", event)
			}
			break
		}
		time.Sleep(time.Hour + time.Second) // not when the next is taken
		all, err := f.Samples(f.Context(), time.Time{})
		if err != nil || len(all) < 2 {
			f.Fatalf("got %d samples, %v; want those of an hour", len(all), err)
		}
		last := all[len(all)-1]
		later, err := f.Samples(f.Context(), time.UnixMilli(last.Time-1))
		if err != nil || len(later) != 1 || later[0] != last {
			f.Errorf("got %+v, %v; want the last one alone", later, err)
		}
	})
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Config{MaxBytes: 100 << 10})
		f := &fixture{T: t, backend: &servertest.Backend{}}
		f.server = server.New(server.Config{Backend: f.backend, Journal: j})
		f.Client = f.open(client.Options{})
		if err := f.Log().SetLevel(t.Context(), "node", "warn"); err != nil {
			t.Fatal(err)
		}
		levels, err := f.Log().Levels(t.Context())
		if want := (nodeapi.LogLevel{Subsystem: "node", Level: "warn"}); err != nil || len(levels) != 1 || levels[0] != want {
			t.Errorf("got %+v, %v; want %+v", levels, err, want)
		}
		j.Logger("node").Info("hidden")
		j.Logger("node").Warn("shown")
		var lines []string
		for line, err := range f.Log().Tail(t.Context(), nodeapi.LogTailRequest{}) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line.Message)
		}
		if len(lines) != 1 || lines[0] != "shown" {
			t.Errorf("got lines %q", lines)
		}
		_ = f.Close()
		if err := f.server.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
