package server

import (
	"context"
	"sync/atomic"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// quota counts what a session may have only so much of.
type quota struct{ taken atomic.Int64 }

// take takes one of limit, to be given back by release. If there is none left
// the error is of the code, about so many of what.
func (q *quota) take(limit int, code nodeapi.Code, what string) (release func(), err error) {
	if q.taken.Add(1) > int64(limit) {
		q.taken.Add(-1)
		return nil, nodeapi.Errorf(code, map[string]any{"limit": limit}, "this session has %d %s; that is the most", limit, what)
	}
	return func() { q.taken.Add(-1) }, nil
}

// maxTurns is how many calls of a session may do at once what takes turns. The
// others wait, with no more than their credit sent.
const maxTurns = 64

// turns has an element for each call whose turn it is.
type turns chan struct{}

// take waits for a turn, which ends with done.
func (t turns) take(ctx context.Context) (done func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
