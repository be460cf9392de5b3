package node_test

import (
	"errors"
	"log/slog"
	"slices"
	"testing"

	golog "github.com/ipfs/go-log/v2"
	"github.com/libp2p/go-libp2p/gologshim"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server/journal"
)

// What libraries log goes where the rest does, from the levels on that are set
// there. The libraries' logs are the process's, so this test is alone with them.
func TestCaptureLogs(t *testing.T) {
	logs := journal.New(journal.Config{OnLevel: node.SetLogLevel})
	early := golog.Logger("test-early")
	node.CaptureLogs(logs.Handler(slog.LevelError))
	late, shim := golog.Logger("test-late"), gologshim.Logger("test-shim")
	reader := logs.Tail(0)
	write := func() (written []string) {
		early.Debugw("early", "n", 1)
		early.Errorw("early", "err", errors.New("broken"), "key", []byte("secret"))
		late.With("a", "b").Infof("late %d", 1)
		shim.Warn("shim", "n", 2)
		for line, ok := reader.Next(); ok; line, ok = reader.Next() {
			written = append(written, line.Level+" "+line.Subsystem+" "+line.Message)
			if line.Level == "error" && !slices.Equal(line.Fields, []string{"err=broken", "key=6 bytes"}) {
				t.Errorf("got fields %q", line.Fields)
			}
		}
		return written
	}
	for _, test := range []struct {
		set  nodeapi.LogLevel
		want []string
	}{
		{nodeapi.LogLevel{}, []string{"error test-early early"}},
		{nodeapi.LogLevel{Subsystem: "test-early", Level: "debug"}, []string{"debug test-early early", "error test-early early"}},
		{nodeapi.LogLevel{Subsystem: "test-shim", Level: "warn"}, []string{
			"debug test-early early", "error test-early early", "warn test-shim shim",
		}},
		{nodeapi.LogLevel{Subsystem: "*", Level: "info"}, []string{
			"error test-early early", "info test-late late 1", "warn test-shim shim",
		}},
		{nodeapi.LogLevel{Subsystem: "*", Level: "error"}, []string{"error test-early early"}},
	} {
		if test.set.Level != "" {
			if err := logs.SetLevel(test.set); err != nil {
				t.Fatal(err)
			}
		}
		if got := write(); !slices.Equal(got, test.want) {
			t.Errorf("after %v: got %q; want %q", test.set, got, test.want)
		}
	}
	known := func(l nodeapi.LogLevel) bool { return l.Subsystem == "bitswap/client" }
	if !slices.ContainsFunc(logs.Levels(), known) {
		t.Errorf("the levels have no bitswap/client: %v", logs.Levels())
	}
}
