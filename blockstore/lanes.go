package blockstore

import "context"

// Bounds of one transaction, and of how many are under way at once. A read waits
// for the writes that started before it, so writeBytes is also about what a read
// may have to wait for: some 50 ms in a browser. More of anything here made
// nothing faster there.
const (
	writeBytes = 4 << 20
	valueCount = 16
	keyCount   = 128
	flights    = 2
)

// changeBytes is added to a change's own: with that, as many small changes as
// make up writeBytes take as long.
const changeBytes = 4 << 10

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
		start:   func(changes []change) func() error { return e.write(t, changes) },
		settles: true,
		weigh:   func(c change) int { return len(c.value) + changeBytes },
		limit:   writeBytes,
		flights: flights,
	}
	read := func(lookups []*lookup) func() error { return e.read(t, lookups) }
	one := func(*lookup) int { return 1 }
	l.values = batcher[*lookup]{start: read, weigh: one, limit: valueCount, flights: flights}
	l.keys = batcher[*lookup]{start: read, weigh: one, limit: keyCount, flights: flights}
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
