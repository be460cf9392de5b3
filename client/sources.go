package client

import (
	"context"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// sourceAtOnce is how many blocks a source is asked for at a time.
const sourceAtOnce = 32

// AddBlockSource has the node ask get for blocks that it misses, before it asks the
// network; Block().Get of a client of another node will do. What get returns an error
// for it does not have. The node checks the bytes, and ends a source that gives wrong
// ones a few times: Done is closed then, and Err tells why. ctx is of the beginning
// alone. It is for clients that have all rights.
//
// A node that is asked to look in its repo alone (nodeapi.WithOffline) asks no
// source.
func (c *Client) AddBlockSource(ctx context.Context, get func(context.Context, cid.Cid) ([]byte, error)) (*BlockSource, error) {
	call, _, err := begin[nodeapi.SourceWant](ctx, c, nodeapi.MethodSourcesServe, nil, messageport.CallOptions{})
	if err != nil {
		return nil, err
	}
	s := &BlockSource{call: call, done: make(chan struct{})}
	go s.serve(c, get)
	return s, nil
}

// BlockSource is a source of blocks that the node asks. It is to be ended by Close.
type BlockSource struct {
	call *messageport.ClientCall
	done chan struct{}
	err  error // once done is closed
}

// Done is closed when the source has ended.
func (s *BlockSource) Done() <-chan struct{} { return s.done }

// Err returns why the source has ended, once it has.
func (s *BlockSource) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Close ends the source. It returns when it is asked no more.
func (s *BlockSource) Close() {
	s.call.Cancel(errClosed)
	<-s.done
}

func (s *BlockSource) serve(c *Client, get func(context.Context, cid.Cid) ([]byte, error)) {
	ctx, cancel := context.WithCancel(context.Background())
	asking := make(chan struct{}, sourceAtOnce)
	defer func() {
		cancel()
		for range sourceAtOnce {
			asking <- struct{}{} // those under way have ended
		}
		close(s.done)
	}()
	for {
		want, err := nextItem[nodeapi.SourceWant](s.call)
		if err != nil || want.Cid == nil {
			s.call.Cancel(err)
			s.err = publicError(err)
			return
		}
		asking <- struct{}{}
		go func() {
			defer func() { <-asking }()
			answer(ctx, c, want, get)
		}()
	}
}

// answer has get look for a block, and tells the node. What goes wrong with that the
// node sees by itself: it waits for no answer for long.
func answer(ctx context.Context, c *Client, want nodeapi.SourceWant, get func(context.Context, cid.Cid) ([]byte, error)) {
	data, err := get(ctx, *want.Cid)
	_, _ = put[struct{}](ctx, c, nodeapi.MethodSourcesAnswer,
		nodeapi.SourceAnswer{ID: want.ID, Cid: *want.Cid, Found: err == nil}, data)
}
