package journal

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// nameKey is the attribute that names the subsystem.
const nameKey = "logger"

// handler writes the lines of a subsystem.
type handler struct {
	j         *Journal
	begin     slog.Level    // that of subsystems not known yet
	level     *atomic.Int64 // the subsystem's
	subsystem string
	fields    []string
	groups    string // "a.b." in groups a and b
}

// Handler returns a handler for what belongs to no subsystem until an attribute
// "logger" says so. Subsystems that come to be known so write from the level on.
func (j *Journal) Handler(level slog.Level) slog.Handler {
	return &handler{j: j, begin: level, level: j.levels.of("", level)}
}

// Logger returns the logger of a subsystem, which writes from Info on unless
// another level was set.
func (j *Journal) Logger(subsystem string) *slog.Logger {
	return slog.New(j.Handler(slog.LevelInfo)).With(nameKey, subsystem)
}

// Enabled implements slog.Handler.
func (h *handler) Enabled(_ context.Context, level slog.Level) bool {
	return int64(level) >= h.level.Load()
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.fields = slices.Clip(h.fields)
	for _, attr := range attrs {
		if attr.Key == nameKey && h.groups == "" {
			with.subsystem = clip(attr.Value.String(), maxName)
			with.level = h.j.levels.of(with.subsystem, h.begin)
			continue
		}
		with.fields = appendField(with.fields, h.groups, attr)
	}
	return &with
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	with := *h
	with.groups += name + "."
	return &with
}

// Handle implements slog.Handler.
func (h *handler) Handle(_ context.Context, record slog.Record) error {
	when := record.Time
	if when.IsZero() {
		when = time.Now()
	}
	fields := slices.Clip(h.fields)
	record.Attrs(func(attr slog.Attr) bool {
		fields = appendField(fields, h.groups, attr)
		return true
	})
	h.j.keep(nodeapi.LogLine{
		Time:      when.UnixMilli(),
		Level:     levelName(record.Level),
		Subsystem: h.subsystem,
		Message:   clip(record.Message, maxText),
		Fields:    bound(fields),
	})
	return nil
}
