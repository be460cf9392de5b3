package journal

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const (
	// all stands for every subsystem.
	all = "*"
	// maxSubsystems is how many are known apart, maxName how long their names are.
	maxSubsystems = 512
	maxName       = 64
)

// levels are those of all subsystems that have written or were set.
type levels struct {
	mu    sync.Mutex // guards following
	known map[string]*atomic.Int64
	every *slog.Level // what "*" was set to
}

// of returns the level of a subsystem, which is to begin with as given. One too
// many has none of its own.
func (l *levels) of(name string, begin slog.Level) *atomic.Int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	level := l.known[name]
	if level == nil {
		level = new(atomic.Int64)
		if l.every != nil {
			begin = *l.every
		}
		level.Store(int64(begin))
		if len(l.known) < maxSubsystems && len(name) <= maxName {
			l.known[name] = level
		}
	}
	return level
}

func (l *levels) setAll(to slog.Level) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.every = &to
	for _, level := range l.known {
		level.Store(int64(to))
	}
}

// SetLevel has a subsystem, or with "*" every one, write from a level on:
// "debug", "info", "warn" or "error". The error has the code "invalid-option".
func (j *Journal) SetLevel(set nodeapi.LogLevel) error {
	level, ok := levelOf(set.Level)
	if !ok {
		return invalid("level", set.Level, "is none of %q", levelNames)
	}
	switch {
	case set.Subsystem == "" || len(set.Subsystem) > maxName:
		return invalid("subsystem", strings.ToValidUTF8(set.Subsystem[:min(maxName, len(set.Subsystem))], ""), "has a name of %d bytes; want 1 to %d", len(set.Subsystem), maxName)
	case set.Subsystem == all:
		j.levels.setAll(level)
	default:
		j.levels.of(set.Subsystem, level).Store(int64(level))
	}
	if j.cfg.OnLevel != nil {
		j.cfg.OnLevel(set.Subsystem, level)
	}
	return nil
}

func invalid(option, value, format string, args ...any) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": option, "value": value}, "option "+option+" "+format, args...)
}

// Levels returns the levels of all subsystems that are known, by name.
func (j *Journal) Levels() []nodeapi.LogLevel {
	j.levels.mu.Lock()
	defer j.levels.mu.Unlock()
	list := make([]nodeapi.LogLevel, 0, len(j.levels.known))
	for _, name := range slices.Sorted(maps.Keys(j.levels.known)) {
		if name == "" {
			continue // not named yet
		}
		level := slog.Level(j.levels.known[name].Load())
		list = append(list, nodeapi.LogLevel{Subsystem: name, Level: levelName(level)})
	}
	return list
}

var levelNames = []string{"debug", "info", "warn", "error"}

func levelOf(name string) (slog.Level, bool) {
	i := slices.Index(levelNames, name)
	return slog.LevelDebug + slog.Level(4*i), i >= 0
}

// levelName returns the name of a level, or of the next lower one that has one.
func levelName(level slog.Level) string {
	i := (level - slog.LevelDebug) / 4
	return levelNames[min(max(i, 0), 3)]
}
