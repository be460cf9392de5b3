package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// crowd is a kind of calls of which a session does only so many at once. The
// others wait, and hold no more than their request.
type crowd int

const (
	reading  crowd = iota // each holds a block or more, until the client takes it
	listing               // each goes through a table of the repo
	sweeping              // each goes through all of the repo, for long
	crowds
)

var crowdSizes = [crowds]int{reading: 32, listing: 4, sweeping: 1}

var crowdOf = map[string]crowd{
	nodeapi.MethodCat:            reading,
	nodeapi.MethodGet:            reading,
	nodeapi.MethodList:           reading,
	nodeapi.MethodDAGExport:      reading,
	nodeapi.MethodPinList:        listing,
	nodeapi.MethodDatastoreQuery: listing,
	nodeapi.MethodDatastoreGet:   reading,
	nodeapi.MethodRepoStat:       listing,
	nodeapi.MethodRefs:           listing, // each remembers what it has seen
	nodeapi.MethodRefsLocal:      listing,
	nodeapi.MethodDAGStat:        listing, // likewise
	nodeapi.MethodStatus:         listing,
	nodeapi.MethodRepoGC:         sweeping,
	nodeapi.MethodRepoVerify:     sweeping,
}

func newCrowds() (c [crowds]turns) {
	for i, size := range crowdSizes {
		c[i] = make(turns, size)
	}
	return c
}

// join waits until the call may join the crowd of its method, if that has one.
// Of all sessions together one sweeps at a time: since each asks for one alone,
// they take turns.
func (s *session) join(ctx context.Context, call *messageport.ServerCall) (leave func(), err error) {
	c, ok := crowdOf[call.Method]
	if !ok {
		return func() {}, nil
	}
	back := call.Away()
	defer back()
	one, err := s.crowds[c].take(ctx)
	if err != nil || c != sweeping {
		return one, err
	}
	only, err := s.server.sweeping.take(ctx)
	if err != nil {
		one()
		return nil, err
	}
	return func() { only(); one() }, nil
}
