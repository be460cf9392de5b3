package log

// Each level has its methods, which log from arguments, by a format, and a
// message with names and values.

// Debug logs its arguments.
func (l *ZapEventLogger) Debug(args ...any) { l.print(LevelDebug, args) }

// Debugf logs by a format.
func (l *ZapEventLogger) Debugf(format string, args ...any) { l.printf(LevelDebug, format, args) }

// Debugw logs a message with names and values.
func (l *ZapEventLogger) Debugw(message string, pairs ...any) { l.printw(LevelDebug, message, pairs) }

// Info logs its arguments.
func (l *ZapEventLogger) Info(args ...any) { l.print(LevelInfo, args) }

// Infof logs by a format.
func (l *ZapEventLogger) Infof(format string, args ...any) { l.printf(LevelInfo, format, args) }

// Infow logs a message with names and values.
func (l *ZapEventLogger) Infow(message string, pairs ...any) { l.printw(LevelInfo, message, pairs) }

// Warn logs its arguments.
func (l *ZapEventLogger) Warn(args ...any) { l.print(LevelWarn, args) }

// Warnf logs by a format.
func (l *ZapEventLogger) Warnf(format string, args ...any) { l.printf(LevelWarn, format, args) }

// Warnw logs a message with names and values.
func (l *ZapEventLogger) Warnw(message string, pairs ...any) { l.printw(LevelWarn, message, pairs) }

// Error logs its arguments.
func (l *ZapEventLogger) Error(args ...any) { l.print(LevelError, args) }

// Errorf logs by a format.
func (l *ZapEventLogger) Errorf(format string, args ...any) { l.printf(LevelError, format, args) }

// Errorw logs a message with names and values.
func (l *ZapEventLogger) Errorw(message string, pairs ...any) { l.printw(LevelError, message, pairs) }

// DPanic logs its arguments.
func (l *ZapEventLogger) DPanic(args ...any) { l.print(LevelDPanic, args) }

// DPanicf logs by a format.
func (l *ZapEventLogger) DPanicf(format string, args ...any) { l.printf(LevelDPanic, format, args) }

// DPanicw logs a message with names and values.
func (l *ZapEventLogger) DPanicw(message string, pairs ...any) { l.printw(LevelDPanic, message, pairs) }

// Panic logs its arguments.
func (l *ZapEventLogger) Panic(args ...any) { l.print(LevelPanic, args) }

// Panicf logs by a format.
func (l *ZapEventLogger) Panicf(format string, args ...any) { l.printf(LevelPanic, format, args) }

// Panicw logs a message with names and values.
func (l *ZapEventLogger) Panicw(message string, pairs ...any) { l.printw(LevelPanic, message, pairs) }

// Fatal logs its arguments.
func (l *ZapEventLogger) Fatal(args ...any) { l.print(LevelFatal, args) }

// Fatalf logs by a format.
func (l *ZapEventLogger) Fatalf(format string, args ...any) { l.printf(LevelFatal, format, args) }

// Fatalw logs a message with names and values.
func (l *ZapEventLogger) Fatalw(message string, pairs ...any) { l.printw(LevelFatal, message, pairs) }

// Warning is Warn.
func (l *ZapEventLogger) Warning(args ...any) { l.print(LevelWarn, args) }

// Warningf is Warnf.
func (l *ZapEventLogger) Warningf(format string, args ...any) { l.printf(LevelWarn, format, args) }
