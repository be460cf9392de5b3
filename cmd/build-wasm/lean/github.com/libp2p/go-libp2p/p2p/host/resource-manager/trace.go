package rcmgr

import "github.com/libp2p/go-libp2p/core/network"

// trace would write what is reserved and released to a file, or count it.
type trace struct{ reporters []TraceReporter }

// TraceReporter would count what is reserved and released.
type TraceReporter interface{ ConsumeEvent(TraceEvt) }

// TraceEvt would be something that was reserved or released.
type TraceEvt struct{}

// WithTrace does nothing.
func WithTrace(string) Option { return func(*resourceManager) error { return nil } }

// WithTraceReporter does nothing.
func WithTraceReporter(TraceReporter) Option { return func(*resourceManager) error { return nil } }

func (*trace) Start(Limiter) error { return nil }
func (*trace) Close() error        { return nil }

func (*trace) CreateScope(string, Limit)                                   {}
func (*trace) DestroyScope(string)                                         {}
func (*trace) ReserveMemory(string, uint8, int64, int64)                   {}
func (*trace) BlockReserveMemory(string, uint8, int64, int64)              {}
func (*trace) ReleaseMemory(string, int64, int64)                          {}
func (*trace) AddStream(string, network.Direction, int, int)               {}
func (*trace) BlockAddStream(string, network.Direction, int, int)          {}
func (*trace) RemoveStream(string, network.Direction, int, int)            {}
func (*trace) AddStreams(string, int, int, int, int)                       {}
func (*trace) BlockAddStreams(string, int, int, int, int)                  {}
func (*trace) RemoveStreams(string, int, int, int, int)                    {}
func (*trace) AddConn(string, network.Direction, bool, int, int, int)      {}
func (*trace) BlockAddConn(string, network.Direction, bool, int, int, int) {}
func (*trace) RemoveConn(string, network.Direction, bool, int, int, int)   {}
func (*trace) AddConns(string, int, int, int, int, int, int)               {}
func (*trace) BlockAddConns(string, int, int, int, int, int, int)          {}
func (*trace) RemoveConns(string, int, int, int, int, int, int)            {}
