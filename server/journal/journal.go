package journal

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/internal/news"
)

// Config says where lines go. The zero value is ready.
type Config struct {
	// Out is written each line, as text. Nil for none.
	Out io.Writer
	// OnLevel is told of each level that is set, of one subsystem or of "*", so
	// that libraries which sort their lines by themselves can be told. Optional.
	OnLevel func(subsystem string, level slog.Level)
	// MaxBytes is about how many bytes of lines are kept, 1 MiB if 0.
	MaxBytes int
}

// Journal is a log that can be read. Its methods may be called concurrently.
type Journal struct {
	cfg    Config
	more   news.News
	levels levels

	out sync.Mutex // held while a line is written to cfg.Out

	mu    sync.Mutex // guards following
	lines []nodeapi.LogLine
	first uint64 // the number of lines[0], counted from the beginning
	bytes int    // that lines take
}

// New returns an empty journal.
func New(cfg Config) *Journal {
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = 1 << 20
	}
	return &Journal{cfg: cfg, levels: levels{known: make(map[string]*atomic.Int64)}}
}

// keep appends a line, and forgets as many of the oldest as that takes.
func (j *Journal) keep(line nodeapi.LogLine) {
	j.mu.Lock()
	j.lines = append(j.lines, line)
	j.bytes += size(line)
	for j.bytes > j.cfg.MaxBytes && len(j.lines) > 1 {
		j.bytes -= size(j.lines[0])
		j.lines[0] = nodeapi.LogLine{}
		j.lines = j.lines[1:]
		j.first++
	}
	j.mu.Unlock()
	j.more.Tell()
	if j.cfg.Out != nil {
		j.out.Lock()
		defer j.out.Unlock()
		_, _ = io.WriteString(j.cfg.Out, format(line)) // there is nowhere to tell of a failure
	}
}

// size is about how many bytes a line takes in memory.
func size(line nodeapi.LogLine) int {
	n := 128 + len(line.Message)
	for _, field := range line.Fields {
		n += 16 + len(field)
	}
	return n
}

// A Reader reads the journal from some line on. It is for one goroutine.
type Reader struct {
	j    *Journal
	next uint64
}

// Tail returns a reader of the last lines, and of all that follow. With 0 it
// begins at the oldest that is kept.
func (j *Journal) Tail(lines uint64) *Reader {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := uint64(len(j.lines))
	if lines == 0 || lines > kept {
		lines = kept
	}
	return &Reader{j: j, next: j.first + kept - lines}
}

// More returns what is closed when a line is added.
func (r *Reader) More() <-chan struct{} { return r.j.more.Wait() }

// Next returns the next line, if there is one. In the place of lines that are
// kept no longer comes one that says how many those were.
func (r *Reader) Next() (line nodeapi.LogLine, ok bool) {
	r.j.mu.Lock()
	defer r.j.mu.Unlock()
	if missed := r.j.first - min(r.next, r.j.first); missed > 0 {
		r.next = r.j.first
		return nodeapi.LogLine{
			Time:      r.j.lines[0].Time,
			Level:     levelName(slog.LevelWarn),
			Subsystem: "journal",
			Message:   "lines went by unread",
			Fields:    []string{fmt.Sprintf("missed=%d", missed)},
		}, true
	}
	at := r.next - r.j.first
	if at == uint64(len(r.j.lines)) {
		return line, false
	}
	r.next++
	return r.j.lines[at], true
}
