package node

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	golog "github.com/ipfs/go-log/v2"
	"github.com/libp2p/go-libp2p/gologshim"
	"go.uber.org/zap/zapcore"
)

// CaptureLogs has what the libraries under a node log, which is the process's
// and not one node's, written to a handler. Each names its part of them by the
// attribute "logger". It is to be called before anything is logged.
func CaptureLogs(to slog.Handler) {
	gologshim.SetDefaultHandler(to)
	golog.SetPrimaryCore(logCore{to})
	for _, name := range golog.GetSubsystems() {
		subsystem(to, name) // so that the handler knows it, whatever is logged
	}
}

// SetLogLevel sets from which level on a subsystem of the libraries, or with "*"
// every one, logs to what CaptureLogs was given. At first that is Error.
func SetLogLevel(name string, level slog.Level) {
	// The error is that of a level that is none.
	_ = golog.SetLogLevel(name, zapLevel(level).String())
}

func subsystem(h slog.Handler, name string) slog.Handler {
	return h.WithAttrs([]slog.Attr{slog.String("logger", name)})
}

// logCore is a zapcore.Core that writes to a handler. Which lines come to it at
// all is for go-log to say, which spares making those that are not wanted.
type logCore struct{ to slog.Handler }

func (c logCore) Enabled(zapcore.Level) bool { return true }

func (c logCore) With(fields []zapcore.Field) zapcore.Core {
	return logCore{c.to.WithAttrs(logAttrs(fields))}
}

func (c logCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if subsystem(c.to, entry.LoggerName).Enabled(context.Background(), slogLevel(entry.Level)) {
		return checked.AddCore(entry, c)
	}
	return checked
}

func (c logCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	record := slog.NewRecord(entry.Time, slogLevel(entry.Level), entry.Message, 0)
	record.AddAttrs(logAttrs(fields)...)
	return subsystem(c.to, entry.LoggerName).Handle(context.Background(), record)
}

func (logCore) Sync() error { return nil }

func logAttrs(fields []zapcore.Field) []slog.Attr {
	encoder := zapcore.NewMapObjectEncoder()
	for _, field := range fields {
		field.AddTo(encoder)
	}
	attrs := make([]slog.Attr, 0, len(encoder.Fields))
	for _, name := range slices.Sorted(maps.Keys(encoder.Fields)) {
		attrs = append(attrs, slog.Any(name, encoder.Fields[name]))
	}
	return attrs
}

// The levels of zap are one apart, those of slog four, with info at 0 in both.
// What is above Error is Error here.

func slogLevel(level zapcore.Level) slog.Level {
	return slog.Level(4 * min(level, zapcore.ErrorLevel))
}

func zapLevel(level slog.Level) zapcore.Level { return zapcore.Level(level / 4) }
