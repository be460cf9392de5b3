// Package prometheus has of github.com/prometheus/client_golang/prometheus what
// go-libp2p calls. Nothing is counted: in a browser nobody asks for metrics, and
// the node turns on none of them.
package prometheus

import "errors"

// Desc describes a metric.
type Desc struct{}

// Metric is one value.
type Metric interface{ Desc() *Desc }

// Collector is what can be registered.
type Collector interface {
	Describe(chan<- *Desc)
	Collect(chan<- Metric)
}

// Registerer takes collectors.
type Registerer interface {
	Register(Collector) error
	MustRegister(...Collector)
	Unregister(Collector) bool
}

// AlreadyRegisteredError is never returned.
type AlreadyRegisteredError struct{ ExistingCollector, NewCollector Collector }

func (AlreadyRegisteredError) Error() string { return "already registered" }

// Registry takes collectors and forgets them.
type Registry struct{}

// NewRegistry returns a Registry.
func NewRegistry() *Registry { return &Registry{} }

// Register takes a collector.
func (*Registry) Register(Collector) error { return nil }

// MustRegister takes collectors.
func (*Registry) MustRegister(...Collector) {}

// Unregister reports whether a collector was known.
func (*Registry) Unregister(Collector) bool { return false }

// DefaultRegisterer takes what is registered nowhere else.
var DefaultRegisterer Registerer = NewRegistry()

// MustRegister takes collectors.
func MustRegister(...Collector) {}

// Labels name a metric among those of a vector.
type Labels map[string]string

// Opts say what a metric is.
type Opts struct {
	Namespace, Subsystem, Name, Help string

	ConstLabels Labels
}

type (
	// CounterOpts say what a Counter is.
	CounterOpts Opts
	// GaugeOpts say what a Gauge is.
	GaugeOpts Opts
	// HistogramOpts say what a Histogram is.
	HistogramOpts struct {
		Namespace, Subsystem, Name, Help string

		ConstLabels Labels
		Buckets     []float64
	}
)

// ValueType is the kind of a constant metric.
type ValueType int

// The kinds of constant metrics.
const (
	CounterValue ValueType = iota + 1
	GaugeValue
)

// Observer takes values.
type Observer interface{ Observe(float64) }

// nothing is every metric at once.
type nothing struct{}

func (nothing) Desc() *Desc           { return nil }
func (nothing) Describe(chan<- *Desc) {}
func (nothing) Collect(chan<- Metric) {}
func (nothing) Inc()                  {}
func (nothing) Dec()                  {}
func (nothing) Add(float64)           {}
func (nothing) Sub(float64)           {}
func (nothing) Set(float64)           {}
func (nothing) Observe(float64)       {}

type (
	// Counter grows.
	Counter interface {
		Metric
		Collector
		Inc()
		Add(float64)
	}
	// Gauge goes up and down.
	Gauge interface {
		Counter
		Dec()
		Sub(float64)
		Set(float64)
	}
	// Histogram takes values.
	Histogram interface {
		Metric
		Collector
		Observer
	}
)

type (
	// CounterVec is a Counter for each set of labels.
	CounterVec struct{ nothing }
	// GaugeVec is a Gauge for each set of labels.
	GaugeVec struct{ nothing }
	// HistogramVec is a Histogram for each set of labels.
	HistogramVec struct{ nothing }
)

// WithLabelValues returns the Counter of those labels.
func (*CounterVec) WithLabelValues(...string) Counter { return nothing{} }

// WithLabelValues returns the Gauge of those labels.
func (*GaugeVec) WithLabelValues(...string) Gauge { return nothing{} }

// WithLabelValues returns the Histogram of those labels.
func (*HistogramVec) WithLabelValues(...string) Observer { return nothing{} }

// With returns the Counter of those labels.
func (*CounterVec) With(Labels) Counter { return nothing{} }

// With returns the Gauge of those labels.
func (*GaugeVec) With(Labels) Gauge { return nothing{} }

// With returns the Histogram of those labels.
func (*HistogramVec) With(Labels) Observer { return nothing{} }

// NewCounter returns a Counter.
func NewCounter(CounterOpts) Counter { return nothing{} }

// NewGauge returns a Gauge.
func NewGauge(GaugeOpts) Gauge { return nothing{} }

// NewHistogram returns a Histogram.
func NewHistogram(HistogramOpts) Histogram { return nothing{} }

// NewCounterVec returns a CounterVec.
func NewCounterVec(CounterOpts, []string) *CounterVec { return &CounterVec{} }

// NewGaugeVec returns a GaugeVec.
func NewGaugeVec(GaugeOpts, []string) *GaugeVec { return &GaugeVec{} }

// NewHistogramVec returns a HistogramVec.
func NewHistogramVec(HistogramOpts, []string) *HistogramVec { return &HistogramVec{} }

// NewDesc returns a Desc.
func NewDesc(_, _ string, _ []string, _ Labels) *Desc { return &Desc{} }

// NewConstMetric returns a Metric.
func NewConstMetric(*Desc, ValueType, float64, ...string) (Metric, error) {
	return nil, errors.New("prometheus: nothing is counted here")
}

// DefBuckets are no buckets. The HTTP server of boxo's routers names them, which
// the node's tests talk to.
var DefBuckets []float64

// LinearBuckets returns no buckets.
func LinearBuckets(_, _ float64, _ int) []float64 { return nil }

// ExponentialBuckets returns no buckets.
func ExponentialBuckets(_, _ float64, _ int) []float64 { return nil }
