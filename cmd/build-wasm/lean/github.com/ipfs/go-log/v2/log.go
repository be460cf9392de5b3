// Package log has of github.com/ipfs/go-log/v2 what boxo calls and what the node
// needs to get at the lines: a logger with a level for each subsystem, and a core
// that all lines go to. Without a core they go nowhere. It reads no environment,
// opens no file and formats no line.
package log

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// StandardLogger is what can be logged to.
type StandardLogger interface {
	Debug(args ...any)
	Debugf(format string, args ...any)
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Info(args ...any)
	Infof(format string, args ...any)
	Panic(args ...any)
	Panicf(format string, args ...any)
	Warn(args ...any)
	Warnf(format string, args ...any)
	Warning(args ...any)
	Warningf(format string, args ...any)
}

// EventLogger is what can be logged to.
type EventLogger interface{ StandardLogger }

var (
	mu        sync.Mutex // guards following
	levels    = map[string]*atomic.Int32{}
	subsystem = map[string]*ZapEventLogger{}
	initial   = LevelError

	core atomic.Pointer[zapcore.Core]
)

// level returns that of a subsystem. The caller holds mu.
func level(name string) *atomic.Int32 {
	l := levels[name]
	if l == nil {
		l = new(atomic.Int32)
		l.Store(int32(initial))
		levels[name] = l
	}
	return l
}

// Logger returns the logger of a subsystem.
func Logger(name string) *ZapEventLogger {
	if name == "" {
		name = "undefined"
	}
	mu.Lock()
	defer mu.Unlock()
	l := subsystem[name]
	if l == nil {
		l = &ZapEventLogger{name: name, level: level(name)}
		subsystem[name] = l
	}
	return l
}

// SetPrimaryCore has all lines go to a core.
func SetPrimaryCore(to zapcore.Core) { core.Store(&to) }

// SetLogLevel sets from which level on a subsystem logs, or with "*" each.
func SetLogLevel(name, levelName string) error {
	l, err := Parse(levelName)
	if err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	if name != "*" {
		level(name).Store(int32(l))
		return nil
	}
	initial = l
	for _, each := range levels {
		each.Store(int32(l))
	}
	return nil
}

// GetSubsystems returns the names of all loggers.
func GetSubsystems() []string {
	mu.Lock()
	defer mu.Unlock()
	names := make([]string, 0, len(subsystem))
	for name := range subsystem {
		names = append(names, name)
	}
	return names
}

// LogLevel says how much a line matters.
type LogLevel zapcore.Level

// The levels.
const (
	LevelDebug  = LogLevel(zapcore.DebugLevel)
	LevelInfo   = LogLevel(zapcore.InfoLevel)
	LevelWarn   = LogLevel(zapcore.WarnLevel)
	LevelError  = LogLevel(zapcore.ErrorLevel)
	LevelDPanic = LogLevel(zapcore.DPanicLevel)
	LevelPanic  = LogLevel(zapcore.PanicLevel)
	LevelFatal  = LogLevel(zapcore.FatalLevel)
)

func (l LogLevel) String() string { return zapcore.Level(l).String() }

// Parse returns the level of a name.
func Parse(name string) (LogLevel, error) {
	var l zapcore.Level
	err := l.Set(name)
	return LogLevel(l), err
}

// ZapEventLogger is the logger of a subsystem.
type ZapEventLogger struct {
	name   string
	level  *atomic.Int32
	fields []zapcore.Field
}

// LevelEnabled reports whether lines of a level are logged.
func (l *ZapEventLogger) LevelEnabled(at LogLevel) bool { return int32(at) >= l.level.Load() }

// With returns a logger whose lines all have those fields.
func (l *ZapEventLogger) With(pairs ...any) *ZapEventLogger {
	return &ZapEventLogger{l.name, l.level, append(l.fields[:len(l.fields):len(l.fields)], fieldsOf(pairs)...)}
}

// Desugar returns the logger in its other form.
func (l *ZapEventLogger) Desugar() *zap.Logger { return &zap.Logger{Checker: l.check} }

func (l *ZapEventLogger) check(at zapcore.Level, message string) *zapcore.CheckedEntry {
	to := core.Load()
	if to == nil || !l.LevelEnabled(LogLevel(at)) {
		return nil
	}
	return (*to).Check(zapcore.Entry{Level: at, Time: time.Now(), LoggerName: l.name, Message: message}, nil)
}

func fieldsOf(pairs []any) []zapcore.Field {
	var fields []zapcore.Field
	for i := 0; i+1 < len(pairs); i += 2 {
		fields = append(fields, zapcore.Field{Key: fmt.Sprint(pairs[i]), Value: pairs[i+1]})
	}
	return fields
}

// log writes a line that makes itself only if it is wanted.
func (l *ZapEventLogger) log(at LogLevel, message func() string, pairs []any) {
	if l.LevelEnabled(at) && core.Load() != nil {
		l.check(zapcore.Level(at), message()).Write(append(l.fields[:len(l.fields):len(l.fields)], fieldsOf(pairs)...)...)
	}
	switch at {
	case LevelPanic:
		panic(message())
	case LevelFatal:
		os.Exit(1)
	}
}

func (l *ZapEventLogger) print(at LogLevel, args []any) {
	l.log(at, func() string { return fmt.Sprint(args...) }, nil)
}

func (l *ZapEventLogger) printf(at LogLevel, format string, args []any) {
	l.log(at, func() string { return fmt.Sprintf(format, args...) }, nil)
}

func (l *ZapEventLogger) printw(at LogLevel, message string, pairs []any) {
	l.log(at, func() string { return message }, pairs)
}
