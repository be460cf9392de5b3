package messageporttest_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/messageporttest"
)

func TestPipe(t *testing.T) {
	messageporttest.Test(t, pipe)
}

// TestNarrow runs sessions over ports whose Send waits, where reading and
// writing could hold each other up.
func TestNarrow(t *testing.T) {
	messageporttest.Test(t, func(t testing.TB) (a, b messageport.Port) {
		return closing(t, narrow)
	})
}

func BenchmarkPipe(b *testing.B) { messageporttest.Benchmark(b, pipe) }

func pipe(t testing.TB) (a, b messageport.Port) { return closing(t, messageport.Pipe) }

func closing(t testing.TB, pair func() (a, b messageport.Port)) (a, b messageport.Port) {
	a, b = pair()
	t.Cleanup(func() {
		_ = a.Close()
		_ = b.Close()
	})
	return a, b
}

// narrow makes a channel that holds one message each way.
func narrow() (a, b messageport.Port) {
	ab, ba := make(chan []byte, 1), make(chan []byte, 1)
	aClosed, bClosed := make(chan struct{}), make(chan struct{})
	return &narrowPort{in: ba, out: ab, closed: aClosed, gone: bClosed}, &narrowPort{in: ab, out: ba, closed: bClosed, gone: aClosed}
}

type narrowPort struct {
	in     <-chan []byte
	out    chan<- []byte
	closed chan struct{}
	gone   <-chan struct{} // closed when the other end is
	once   sync.Once
}

func (p *narrowPort) Send(ctx context.Context, msg []byte) error {
	select {
	case <-p.closed:
		return messageport.ErrClosed
	case <-p.gone:
		return messageport.ErrClosed
	default:
	}
	select {
	case p.out <- slices.Clone(msg):
		return nil
	case <-p.closed:
		return messageport.ErrClosed
	case <-p.gone:
		return messageport.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *narrowPort) Receive(ctx context.Context) ([]byte, error) {
	select {
	case <-p.closed:
		return nil, messageport.ErrClosed
	default:
	}
	select {
	case msg := <-p.in:
		return msg, nil
	case <-p.closed:
		return nil, messageport.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.gone:
		select {
		case msg := <-p.in:
			return msg, nil
		default:
			return nil, messageport.ErrClosed
		}
	}
}

func (p *narrowPort) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}
