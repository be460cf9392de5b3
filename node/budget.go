package node

import "sync/atomic"

// A budget divides memory among those who stream at the same time, so that many
// streams take little more than one.
type budget struct {
	total int64 // bytes for all together
	least int64 // what each has even if that is more in all
	most  int64 // what one has alone
	users atomic.Int64
}

// join counts a user in. leave must be called in the end.
func (b *budget) join() (leave func()) {
	b.users.Add(1)
	return func() { b.users.Add(-1) }
}

// share is what each user has at the moment.
func (b *budget) share() int64 {
	return min(b.most, max(b.least, b.total/max(1, b.users.Load())))
}

// The streams that there are: files being added, each of which may hold a share
// read and hashed, one gathered for the store, and batchesInFlight being
// written; and files being read.
func newImportBudget() *budget {
	return &budget{total: 16 << 20, most: 4 << 20, least: 512 << 10}
}

func newReadBudget() *budget {
	return &budget{total: 24 << 20, most: 6 << 20, least: 256 << 10}
}
