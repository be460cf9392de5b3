package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/journal"
)

// kept returns the lines that a journal has.
func kept(j *journal.Journal) []nodeapi.LogLine {
	var lines []nodeapi.LogLine
	for r := j.Tail(0); ; {
		line, ok := r.Next()
		if !ok {
			return lines
		}
		lines = append(lines, line)
	}
}

type named struct{ name string }

func (n *named) String() string { return "named " + n.name }

type key struct{ secret []byte }

type masked struct{}

func (masked) LogValue() slog.Value { return slog.StringValue("masked") }

func TestFields(t *testing.T) {
	many := make([]int, 100)
	for _, test := range []struct {
		name string
		attr slog.Attr
		want []string
	}{
		{"text", slog.String("a", "b c"), []string{"a=b c"}},
		{"number", slog.Int("n", -1), []string{"n=-1"}},
		{"duration", slog.Duration("d", time.Second), []string{"d=1s"}},
		{"error", slog.Any("err", errors.New("broken")), []string{"err=broken"}},
		{"nil", slog.Any("err", nil), []string{"err=nil"}},
		{"what has words", slog.Any("x", &named{"n"}), []string{"x=named n"}},
		{"a nil that has words", slog.Any("x", (*named)(nil)), []string{"x=*journal_test.named"}},
		{"what says what to log", slog.Any("x", masked{}), []string{"x=masked"}},
		{"a list", slog.Any("x", []fmt.Stringer{&named{"a"}, &named{"b"}}), []string{"x=[named a named b]"}},
		{"a long list", slog.Any("x", many), []string{"x=[" + strings.Repeat("0 ", 16) + "…]"}},
		{"a group", slog.Group("g", "a", 1, slog.Group("h", "b", 2)), []string{"g.a=1", "g.h.b=2"}},
		{"nothing", slog.Attr{}, nil},
		{"no UTF-8", slog.String("a", "\xff"), []string{"a=\uFFFD"}},

		{"bytes", slog.Any("x", []byte("key")), []string{"x=3 bytes"}},
		{"a key", slog.Any("x", key{[]byte("key")}), []string{"x=journal_test.key"}},
		{"a pointer to a key", slog.Any("x", &key{[]byte("key")}), []string{"x=*journal_test.key"}},
		{"keys by name", slog.Any("x", map[string]string{"a": "key"}), []string{"x=map[string]string"}},
		{"an array of bytes", slog.Any("x", [3]byte{1, 2, 3}), []string{"x=[3]uint8"}},
		{"a token", slog.String("authToken", "abc"), []string{"authToken=…"}},
		{"a password in a group", slog.Group("g", "password", "abc"), []string{"g.password=…"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := journal.New(journal.Config{})
			j.Logger("s").Info("m", test.attr)
			j.Logger("s").With(test.attr).Info("m")
			for _, line := range kept(j) {
				if !slices.Equal(line.Fields, test.want) {
					t.Errorf("got %q; want %q", line.Fields, test.want)
				}
			}
		})
	}
}

func TestLine(t *testing.T) {
	var out bytes.Buffer
	j := journal.New(journal.Config{Out: &out})
	began := time.Now().UnixMilli()
	j.Logger("node").WithGroup("g").With("a", 1).Warn("two words", "b", `"x"`)
	lines := kept(j)
	if len(lines) != 1 {
		t.Fatalf("got %d lines; want 1", len(lines))
	}
	got := lines[0]
	if got.Time < began || got.Time > time.Now().UnixMilli() {
		t.Errorf("got time %d", got.Time)
	}
	want := nodeapi.LogLine{Time: got.Time, Level: "warn", Subsystem: "node", Message: "two words", Fields: []string{"g.a=1", `g.b="x"`}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v; want %+v", got, want)
	}
	_, text, _ := strings.Cut(out.String(), " ")
	if want := `level=WARN logger=node msg="two words" g.a=1 g.b="\"x\""` + "\n"; text != want {
		t.Errorf("got %q; want %q", text, want)
	}
}

func TestLevels(t *testing.T) {
	set := map[string]slog.Level{}
	j := journal.New(journal.Config{OnLevel: func(name string, level slog.Level) { set[name] = level }})
	ours, theirs := j.Logger("ours"), slog.New(j.Handler(slog.LevelError)).With("logger", "theirs")
	wrote := func(log *slog.Logger) (names string) {
		before := len(kept(j))
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
			log.Log(t.Context(), level, "m")
		}
		for _, line := range kept(j)[before:] {
			names += line.Level[:1]
		}
		return names
	}
	for _, test := range []struct {
		set          nodeapi.LogLevel
		ours, theirs string
	}{
		{nodeapi.LogLevel{}, "iwe", "e"},
		{nodeapi.LogLevel{Subsystem: "theirs", Level: "warn"}, "iwe", "we"},
		{nodeapi.LogLevel{Subsystem: "ours", Level: "error"}, "e", "we"},
		{nodeapi.LogLevel{Subsystem: "*", Level: "debug"}, "diwe", "diwe"},
		{nodeapi.LogLevel{Subsystem: "theirs", Level: "info"}, "diwe", "iwe"},
	} {
		if test.set.Level != "" {
			if err := j.SetLevel(test.set); err != nil {
				t.Fatal(err)
			}
		}
		if got := wrote(ours); got != test.ours {
			t.Errorf("after %v ours wrote %q; want %q", test.set, got, test.ours)
		}
		if got := wrote(theirs); got != test.theirs {
			t.Errorf("after %v theirs wrote %q; want %q", test.set, got, test.theirs)
		}
	}
	if got := wrote(j.Logger("new")); got != "diwe" {
		t.Errorf("a new subsystem wrote %q; want what was set for all", got)
	}
	if set["*"] != slog.LevelDebug || set["theirs"] != slog.LevelInfo || len(set) != 3 {
		t.Errorf("OnLevel was told of %v", set)
	}
}

// Names are kept as long as the program lives, so a client must not make many.
func TestSubsystemsAreBounded(t *testing.T) {
	j := journal.New(journal.Config{})
	for i := range 2000 {
		if err := j.SetLevel(nodeapi.LogLevel{Subsystem: fmt.Sprint(i), Level: "debug"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(j.Levels()); n < 100 || n > 512 {
		t.Errorf("got %d subsystems; want 512 at most", n)
	}
}

// However much is written, and however long the lines, what is kept is bounded,
// and each line fits a port's item.
func TestKeptIsBounded(t *testing.T) {
	const most = 64 << 10
	j := journal.New(journal.Config{MaxBytes: most})
	long := strings.Repeat("x", 1<<20)
	j.Logger("s").Info(long, "a", long, long, "b", "c", long)
	line := kept(j)[0]
	if n := len(line.Message) + len(strings.Join(line.Fields, "")); n < 8<<10 || n > 24<<10 {
		t.Errorf("got a line of %d bytes", n)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 2000 {
				j.Logger("s").Info("a line", "i", i)
			}
		})
	}
	group.Wait()
	lines := kept(j)
	if n := len(lines); n < 100 || n > most/128 {
		t.Errorf("got %d lines in %d bytes", n, most)
	}
	first, _ := j.Tail(10).Next()
	if want := lines[len(lines)-10]; !reflect.DeepEqual(first, want) {
		t.Errorf("got %+v; want the tenth from the end, %+v", first, want)
	}
}
