package client

import (
	"context"
	"errors"
	"sync"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxRepeats is how often Do calls its function again: what it does may be what
// ends the server.
const maxRepeats = 2

// Redialer has a client for as long as a program runs, also if the server that a
// client is connected to ends: it then dials anew, when it is asked for a client.
// Its methods may be called at the same time as each other.
type Redialer struct {
	// Dial connects a client, required: a function around Dial or Open.
	Dial func(ctx context.Context) (*Client, error)

	mu      sync.Mutex // guards following
	client  *Client
	closed  bool
	dialing chan struct{} // closed when what goes on has ended; nil if nothing does
}

// Client returns a client whose session has not ended, as far as is known. It is
// the Redialer's to close. One that has another Epoch than the last is of another
// start of the server: what lasted on that one (subscriptions, rooms, streams,
// protocols) is to be begun anew.
func (r *Redialer) Client(ctx context.Context) (*Client, error) {
	for {
		r.mu.Lock()
		switch {
		case r.closed:
			r.mu.Unlock()
			return nil, errRedialerClosed
		case r.client != nil && r.client.Err() == nil:
			defer r.mu.Unlock()
			return r.client, nil
		case r.dialing == nil:
			r.dialing = make(chan struct{})
			r.mu.Unlock()
			return r.dial(ctx)
		}
		dialing := r.dialing
		r.mu.Unlock()
		select {
		case <-dialing:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// dial connects a client for all who wait for one. If that fails, the next of
// them tries.
func (r *Redialer) dial(ctx context.Context) (*Client, error) {
	c, err := r.Dial(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.dialing)
	r.dialing = nil
	if err != nil {
		return nil, err
	}
	if r.closed {
		_ = c.Close()
		return nil, errRedialerClosed
	}
	r.client = c
	return c, nil
}

// Do calls f with a client, and again with the next one if f's error is that of a
// session which ended, twice at most. It is for what may be done twice: what only
// reads or stores, see nodeapi.Repeats. A reader that f sends is to be begun anew
// each time.
func (r *Redialer) Do(ctx context.Context, f func(ctx context.Context, c *Client) error) error {
	for repeats := 0; ; repeats++ {
		c, err := r.Client(ctx)
		if err != nil {
			return err
		}
		err = f(ctx, c)
		if err == nil || !IsLost(err) || repeats == maxRepeats || ctx.Err() != nil {
			return err
		}
		// A server that turns a call away ends its sessions; until it has, its
		// client would be given out again.
		_ = c.Close()
	}
}

// Close closes the client, if there is one. There will be no other.
func (r *Redialer) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.client == nil {
		return nil
	}
	return r.client.Close()
}

// IsLost reports whether an error says that a call was lost with its session, or
// was not begun since the server ends or moves, or that what is granted has changed.
// It has no verdict then.
func IsLost(err error) bool {
	for _, code := range []nodeapi.Code{messageport.CodeDisconnected, nodeapi.CodeClosing, nodeapi.CodeWorkerMoved, nodeapi.CodeGrantsChanged} {
		if errors.Is(err, &nodeapi.Error{Code: code}) {
			return true
		}
	}
	return false
}

var errRedialerClosed = &nodeapi.Error{Code: messageport.CodeClosed, Message: "client: the redialer was closed"}
