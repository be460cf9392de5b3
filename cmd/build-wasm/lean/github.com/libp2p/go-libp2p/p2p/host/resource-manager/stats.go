package rcmgr

import "github.com/prometheus/client_golang/prometheus"

// MustRegisterWith registers nothing.
func MustRegisterWith(prometheus.Registerer) {}

// WithMetricsDisabled has nothing counted.
func WithMetricsDisabled() Option {
	return func(r *resourceManager) error {
		r.disableMetrics = true
		return nil
	}
}

// StatsTraceReporter counts nothing.
type StatsTraceReporter struct{}

// NewStatsTraceReporter returns one that counts nothing.
func NewStatsTraceReporter() (StatsTraceReporter, error) { return StatsTraceReporter{}, nil }

// ConsumeEvent does nothing.
func (StatsTraceReporter) ConsumeEvent(TraceEvt) {}

// ReportSystemLimits does nothing.
func (StatsTraceReporter) ReportSystemLimits(Limiter) {}
