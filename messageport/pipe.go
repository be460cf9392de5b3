package messageport

import (
	"context"
	"slices"
)

// Pipe returns the two ends of a channel in memory. Like a browser's MessagePort
// it has no bound of its own: a Send never waits.
func Pipe() (Port, Port) {
	ab, ba := newQueue(0), newQueue(0)
	return &pipeEnd{in: ba, out: ab}, &pipeEnd{in: ab, out: ba}
}

type pipeEnd struct{ in, out *queue }

var _ Poster = (*pipeEnd)(nil)

func (p *pipeEnd) Post(msg []byte) error { return p.out.push(slices.Clone(msg)) }

func (p *pipeEnd) Send(_ context.Context, msg []byte) error { return p.Post(msg) }

func (p *pipeEnd) Receive(ctx context.Context) ([]byte, error) { return p.in.pop(ctx) }

func (p *pipeEnd) Close() error {
	p.in.drop()
	p.out.fail(ErrClosed)
	return nil
}
