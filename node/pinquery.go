package node

import (
	"context"
	"iter"

	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
)

// held yields the CIDs in an index. It leaves none out whose removal is not yet
// written, and so may come to nothing: their blocks must stay until it is.
func (s *pinStore) held(ctx context.Context, index string) iter.Seq2[cid.Cid, error] {
	return func(yield func(cid.Cid, error) bool) {
		q := query.Query{Prefix: index, KeysOnly: true}
		entries, _, _ := s.queryUnwritten(q)
		results, err := s.stored.Query(ctx, q)
		if err != nil {
			yield(cid.Undef, err)
			return
		}
		defer results.Close()
		for {
			var r query.Result
			if len(entries) > 0 {
				r.Entry = entries[0]
				entries = entries[1:]
			} else if stored, more := results.NextSync(); more {
				r = stored
			} else {
				break
			}
			c, err := indexedCID(r.Key)
			if r.Error != nil {
				err = r.Error
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
		if ctx.Err() != nil {
			yield(cid.Undef, context.Cause(ctx))
		}
	}
}

// Query answers from the store and what is about to be in it.
func (s *pinStore) Query(ctx context.Context, q query.Query) (query.Results, error) {
	if q.KeysOnly {
		if entries, ok := s.entriesAhead(ds.NewKey(q.Prefix).String()); ok {
			return query.NaiveQueryApply(q, query.ResultsWithEntries(q, entries)), nil
		}
	}
	entries, said, nothing := s.queryUnwritten(q)
	if nothing {
		return query.ResultsWithEntries(q, nil), nil
	}
	results, err := s.stored.Query(ctx, query.Query{Prefix: q.Prefix, KeysOnly: q.KeysOnly})
	if err != nil {
		return nil, err
	}
	merged := query.ResultsFromIterator(q, query.Iterator{
		Next: func() (query.Result, bool) {
			if len(entries) > 0 {
				e := entries[0]
				entries = entries[1:]
				return query.Result{Entry: e}, true
			}
			for {
				r, more := results.NextSync()
				if !more || r.Error != nil || !said[ds.RawKey(r.Key)] {
					return r, more
				}
			}
		},
		Close: results.Close,
	})
	return query.NaiveQueryApply(query.Query{
		Filters: q.Filters, Orders: q.Orders, Limit: q.Limit, Offset: q.Offset,
	}, merged), nil
}

// queryUnwritten returns the entries that the changes not yet written have for
// q, and all keys that they speak of. If q asks for what is neither there nor in
// the store, nothing is true.
func (s *pinStore) queryUnwritten(q query.Query) (entries []query.Entry, said map[ds.Key]bool, nothing bool) {
	prefix := ds.NewKey(q.Prefix)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.indexed != nil && isIndexDir(prefix.String()) && !s.indexed.has(fingerprintOfKey(prefix.String())) {
		return nil, nil, true
	}
	said = map[ds.Key]bool{}
	for _, writes := range s.layers() {
		for _, key := range writes.below(prefix) {
			if said[key] {
				continue
			}
			said[key] = true
			if value := writes.values[key]; value != nil {
				entries = append(entries, query.Entry{Key: key.String(), Value: value, Size: len(value)})
			}
		}
	}
	return entries, said, false
}
