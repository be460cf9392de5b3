package server

import (
	"context"
	"errors"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxWants is how many blocks a session may be asked for at a time.
const maxWants = 256

// A sourceWant is a block that a session was, or is to be, asked for.
type sourceWant struct {
	cid    cid.Cid
	answer chan sourceBlock // 1 slot
}

type sourceBlock struct {
	data  []byte
	found bool
}

// What a source may end with is no word of what it has.
var (
	errBusy       = errors.New("server: a source of blocks is asked for too many already")
	errSourceGone = errors.New("server: a source of blocks has ended")
)

// sourcesServe asks the session for blocks that the backend misses. With one that
// does not read what it is asked for, what waits has its bound.
func sourcesServe(ctx context.Context, s *session, b Sources, call *messageport.ServerCall) (any, error) {
	untold := make(chan nodeapi.SourceWant, maxWants)
	gone := ctx.Done()
	ended, remove, err := b.AddBlockSource(func(ctx context.Context, c cid.Cid) ([]byte, bool, error) {
		return s.askSource(ctx, c, untold, gone)
	})
	if err != nil {
		return nil, err
	}
	defer remove()
	var want nodeapi.SourceWant // the first has no block
	for {
		if err := call.WriteItem(want); err != nil {
			return nil, err
		}
		select {
		case want = <-untold:
		case err := <-ended:
			return nil, err
		case <-gone:
			return nil, ctx.Err()
		}
	}
}

// askSource has the session told of a block, and waits for what it says.
func (s *session) askSource(ctx context.Context, c cid.Cid, untold chan<- nodeapi.SourceWant, gone <-chan struct{}) ([]byte, bool, error) {
	want := &sourceWant{cid: c, answer: make(chan sourceBlock, 1)}
	id := s.wants.add(want, maxWants)
	if id == 0 {
		return nil, false, errBusy
	}
	defer s.wants.remove(id)
	select {
	case untold <- nodeapi.SourceWant{ID: id, Cid: &c}:
	default:
		return nil, false, errBusy
	}
	select {
	case block := <-want.answer:
		return block.data, block.found, nil
	case <-gone:
		return nil, false, errSourceGone
	case <-ctx.Done():
		return nil, false, context.Cause(ctx)
	}
}

// sourcesAnswer takes the answer to a want. One that is not waited for any more is
// no mistake of who answers.
func sourcesAnswer(_ context.Context, s *session, _ Sources, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.SourceAnswer](call)
	if err != nil {
		return nil, err
	}
	if err := checkCID("cid", req.Cid); err != nil {
		return nil, err
	}
	want, ok := s.wants.get(req.ID)
	if !ok {
		return nil, nil
	}
	if !want.cid.Equals(req.Cid) {
		return nil, nodeapi.Errorf(nodeapi.CodeBadRequest, map[string]any{"field": "cid"},
			"the session was asked for %s, not for %s", want.cid, req.Cid)
	}
	block := sourceBlock{found: req.Found}
	if req.Found {
		if block.data, err = receiveBlock(call, maxBlock); err != nil {
			return nil, err
		}
	}
	select {
	case want.answer <- block:
	default: // it was answered before
	}
	return nil, nil
}
