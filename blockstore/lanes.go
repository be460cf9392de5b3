package blockstore

import "context"

// Bounds of one transaction and of how many run at once. A reader waits for
// the writes started before it, so that the size of a write's transaction is
// also what a read may have to wait for.
const (
	writeBytes   = 4 << 20
	writeItems   = 1024
	writeFlight  = 2
	valueItems   = 32
	valueFlight  = 4
	lookupItems  = 256
	lookupFlight = 4
)

// lanes is the way to one table: its writes, its reads of values and its reads
// of keys, each with a queue of its own so that a look at a key does not wait
// for another's value to be read.
type lanes struct {
	engine engine
	writes batcher[change]
	values batcher[*lookup]
	keys   batcher[*lookup]
}

func newLanes(e engine, t table) *lanes {
	l := &lanes{engine: e}
	l.writes = batcher[change]{
		start:     func(changes []change) func() error { return e.write(t, changes) },
		settles:   true,
		weigh:     func(c change) int { return len(c.value) },
		maxWeight: writeBytes,
		maxItems:  writeItems,
		maxFlight: writeFlight,
	}
	read := func(lookups []*lookup) func() error { return e.read(t, lookups) }
	weightless := func(*lookup) int { return 0 }
	l.values = batcher[*lookup]{start: read, weigh: weightless, maxItems: valueItems, maxFlight: valueFlight}
	l.keys = batcher[*lookup]{start: read, weigh: weightless, maxItems: lookupItems, maxFlight: lookupFlight}
	return l
}

// value returns the value of the first record in s.
func (l *lanes) value(ctx context.Context, s span) (value []byte, found bool, err error) {
	look := &lookup{span: s}
	if err := l.values.do(ctx, look); err != nil {
		return nil, false, err
	}
	return look.value, look.found, nil
}

// key returns the key of the first record in s, without reading its value.
func (l *lanes) key(ctx context.Context, s span) (key []byte, found bool, err error) {
	look := &lookup{span: s, keyOnly: true}
	if err := l.keys.do(ctx, look); err != nil {
		return nil, false, err
	}
	return look.key, look.found, nil
}

// close refuses further calls with err. Each of the channels it returns is
// closed once the lane has nothing under way.
func (l *lanes) close(err error) []<-chan struct{} {
	return []<-chan struct{}{l.writes.close(err), l.values.close(err), l.keys.close(err)}
}
