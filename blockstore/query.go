package blockstore

import (
	"context"

	"github.com/ipfs/go-datastore/query"
)

// queryPage is how many records a Query reads at a time.
const queryPage = 128

// Query reads records page by page in the order of their keys, as results are
// asked for, each page in a transaction of its own. So a record that is there
// all the time is found once; one that comes, changes or goes meanwhile may be
// found as it was or as it is. With KeysOnly, filters and orders see no values,
// and sizes are told if the Query asks for them.
func (d *Datastore) Query(ctx context.Context, q query.Query) (query.Results, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	records := &recordReader{ctx: ctx, lanes: d.lanes, rest: prefixSpan(q.Prefix), keysOnly: q.KeysOnly, sizes: q.ReturnsSizes}
	results := query.ResultsFromIterator(q, query.Iterator{Next: records.next})
	remaining := q
	remaining.Prefix = ""
	if len(q.Orders) > 0 && isKeyOrder(q.Orders[0]) {
		remaining.Orders = nil
	}
	return query.NaiveQueryApply(remaining, results), nil
}

func isKeyOrder(o query.Order) bool {
	switch o.(type) {
	case query.OrderByKey, *query.OrderByKey:
		return true
	}
	return false
}

// recordReader reads records in order.
type recordReader struct {
	ctx      context.Context // of the Query: its results have no other
	lanes    *lanes
	keysOnly bool
	sizes    bool

	rest  span // not yet read
	ready []query.Result
	done  bool
}

// next is an iterator: false is the end. An error is the last result.
func (r *recordReader) next() (query.Result, bool) {
	for len(r.ready) == 0 {
		if r.done {
			return query.Result{}, false
		}
		if err := r.readPage(); err != nil {
			r.done = true
			return query.Result{Error: err}, true
		}
	}
	result := r.ready[0]
	r.ready = r.ready[1:]
	return result, true
}

func (r *recordReader) readPage() error {
	withValues := !r.keysOnly || r.sizes
	if err := r.ctx.Err(); err != nil {
		return err
	}
	p, err := r.lanes.engine.list(recordTable, r.rest, queryPage, withValues)
	if err != nil {
		return err
	}
	for i, key := range p.keys {
		entry := query.Entry{Key: string(key), Size: -1}
		if withValues {
			entry.Size = len(p.values[i])
		}
		if !r.keysOnly {
			entry.Value = p.values[i]
		}
		r.ready = append(r.ready, query.Result{Entry: entry})
	}
	if len(p.keys) < queryPage {
		r.done = true
		return nil
	}
	r.rest = r.rest.after(p.keys[len(p.keys)-1])
	return nil
}
