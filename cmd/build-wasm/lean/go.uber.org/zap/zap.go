// Package zap has of go.uber.org/zap what boxo calls, and what fx needs to compile
// in tests.
package zap

import "go.uber.org/zap/zapcore"

// The levels, from the least on.
const (
	DebugLevel = zapcore.DebugLevel
	InfoLevel  = zapcore.InfoLevel
	WarnLevel  = zapcore.WarnLevel
	ErrorLevel = zapcore.ErrorLevel
)

// Logger says what would be logged.
type Logger struct {
	// Checker says whether a line would be logged.
	Checker func(zapcore.Level, string) *zapcore.CheckedEntry
}

// Check returns nil if a line would not be logged.
func (l *Logger) Check(level zapcore.Level, message string) *zapcore.CheckedEntry {
	return l.Checker(level, message)
}

// Log writes a line.
func (l *Logger) Log(level zapcore.Level, message string, fields ...Field) {
	l.Check(level, message).Write(fields...)
}

// Info writes a line.
func (l *Logger) Info(message string, fields ...Field) { l.Log(InfoLevel, message, fields...) }

// Error writes a line.
func (l *Logger) Error(message string, fields ...Field) { l.Log(ErrorLevel, message, fields...) }

// Field is something that a line tells beside its message.
type Field = zapcore.Field

// Any returns a Field.
func Any(key string, value any) Field { return Field{Key: key, Value: value} }

// String returns a Field.
func String(key, value string) Field { return Any(key, value) }

// Strings returns a Field.
func Strings(key string, value []string) Field { return Any(key, value) }

// Bool returns a Field.
func Bool(key string, value bool) Field { return Any(key, value) }

// Error returns a Field.
func Error(err error) Field { return Any("error", err) }

// Skip returns a Field of nothing.
func Skip() Field { return Field{} }
