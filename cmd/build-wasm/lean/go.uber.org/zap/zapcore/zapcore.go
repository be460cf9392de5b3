// Package zapcore has of go.uber.org/zap/zapcore what a Core is made of.
package zapcore

import (
	"fmt"
	"time"
)

// Level says how much a line matters.
type Level int8

// The levels.
const (
	DebugLevel Level = iota - 1
	InfoLevel
	WarnLevel
	ErrorLevel
	DPanicLevel
	PanicLevel
	FatalLevel
)

var levels = [...]string{"debug", "info", "warn", "error", "dpanic", "panic", "fatal"}

func (l Level) String() string {
	if l < DebugLevel || l > FatalLevel {
		return fmt.Sprintf("Level(%d)", int8(l))
	}
	return levels[l-DebugLevel]
}

// Set sets a level by its name.
func (l *Level) Set(name string) error {
	for i, known := range levels {
		if name == known {
			*l = DebugLevel + Level(i)
			return nil
		}
	}
	return fmt.Errorf("unrecognized level: %q", name)
}

// Field is something that a line tells beside its message.
type Field struct {
	Key   string
	Value any
}

// AddTo gives the Field to an encoder: an error as its text, and so what has a
// String method.
func (f Field) AddTo(to *MapObjectEncoder) {
	to.Fields[f.Key] = f.Value
	defer func() {
		if recover() != nil { // a nil pointer, as a rule
			to.Fields[f.Key] = "<nil>"
		}
	}()
	switch v := f.Value.(type) {
	case time.Duration, time.Time:
	case error:
		to.Fields[f.Key] = v.Error()
	case fmt.Stringer:
		to.Fields[f.Key] = v.String()
	}
}

// MapObjectEncoder takes fields.
type MapObjectEncoder struct{ Fields map[string]any }

// NewMapObjectEncoder returns an empty one.
func NewMapObjectEncoder() *MapObjectEncoder { return &MapObjectEncoder{map[string]any{}} }

// Entry is a line.
type Entry struct {
	Level      Level
	Time       time.Time
	LoggerName string
	Message    string
}

// CheckedEntry is a line that some core wants. A nil one is wanted by none.
type CheckedEntry struct {
	Entry

	core Core
}

// AddCore has the line written to a core, and to no other.
func (e *CheckedEntry) AddCore(entry Entry, core Core) *CheckedEntry {
	return &CheckedEntry{entry, core}
}

// Write writes the line.
func (e *CheckedEntry) Write(fields ...Field) {
	if e != nil {
		_ = e.core.Write(e.Entry, fields) // it has nowhere to be told
	}
}

// Core takes lines.
type Core interface {
	Enabled(Level) bool
	With([]Field) Core
	Check(Entry, *CheckedEntry) *CheckedEntry
	Write(Entry, []Field) error
	Sync() error
}
