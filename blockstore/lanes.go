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
	table  table
	engine engine
	writes batcher[change]
	values batcher[*lookup]
	keys   batcher[*lookup]
}

func newLanes(e engine, t table) *lanes {
	l := &lanes{table: t, engine: e}
	l.writes = batcher[change]{
		start: func(ctx context.Context, changes []change) func() error {
			tx := e.write(t, changes)
			return func() error { return tx.wait(ctx) }
		},
		weigh:     func(c change) int { return len(c.value) },
		maxWeight: writeBytes,
		maxItems:  writeItems,
		maxFlight: writeFlight,
	}
	read := func(ctx context.Context, lookups []*lookup) func() error {
		return func() error { return e.read(ctx, t, lookups) }
	}
	weightless := func(*lookup) int { return 0 }
	l.values = batcher[*lookup]{start: read, weigh: weightless, maxItems: valueItems, maxFlight: valueFlight}
	l.keys = batcher[*lookup]{start: read, weigh: weightless, maxItems: lookupItems, maxFlight: lookupFlight}
	return l
}

// value returns the value of the record of that name.
func (l *lanes) value(ctx context.Context, name []byte) (value []byte, found bool, err error) {
	look := &lookup{span: spanOf(name)}
	if err := l.values.do(ctx, look); err != nil {
		return nil, false, err
	}
	return look.value, look.found, nil
}

// size returns the size of the record's value, without reading it.
func (l *lanes) size(ctx context.Context, name []byte) (size int, found bool, err error) {
	look := &lookup{span: spanOf(name), sizeOnly: true}
	if err := l.keys.do(ctx, look); err != nil || !look.found {
		return -1, false, err
	}
	_, size, err = splitKey(look.key)
	return size, err == nil, err
}

// each lists the table's records in s in the order of their names, from pages
// of pageLen, and calls visit outside of any transaction.
func (l *lanes) each(ctx context.Context, s span, visit func(name []byte, size int) error) error {
	for {
		p, err := l.engine.list(ctx, l.table, s, pageLen, false)
		if err != nil {
			return err
		}
		for _, key := range p.keys {
			name, size, err := splitKey(key)
			if err != nil {
				return err
			}
			if err := visit(name, size); err != nil {
				return err
			}
		}
		if len(p.keys) < pageLen {
			return nil
		}
		if s, err = s.after(p.keys[len(p.keys)-1]); err != nil {
			return err
		}
	}
}

// close refuses further calls with err. Each of the channels it returns is
// closed once the lane has nothing under way.
func (l *lanes) close(err error) []<-chan struct{} {
	return []<-chan struct{}{l.writes.close(err), l.values.close(err), l.keys.close(err)}
}
