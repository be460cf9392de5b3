package nodeapi

import (
	"context"
	"time"
)

// A Pacer is told what an operation costs that does not show in the bytes which
// it exchanges with its client, so that long work lets others go first.
type Pacer interface {
	// Spend says that work was done which costs as much as to send so many bytes,
	// and waits until it is this operation's turn again. It holds up the whole
	// operation: the caller holds no locks.
	Spend(bytes int)
	// Took says that the operation has just kept all others from the store for so
	// long, and waits until it is its turn again. The caller holds no locks.
	Took(d time.Duration)
	// Away says that the operation waits for the network, until back is called:
	// others may go on in its place.
	Away() (back func())
}

type pacerKey struct{}

// WithPacer returns the context of an operation that p is told of.
func WithPacer(ctx context.Context, p Pacer) context.Context {
	return context.WithValue(ctx, pacerKey{}, p)
}

// Spend tells the pacer of ctx, if it has one.
func Spend(ctx context.Context, bytes int) {
	if p, ok := ctx.Value(pacerKey{}).(Pacer); ok {
		p.Spend(bytes)
	}
}

// Took tells the pacer of ctx, if it has one.
func Took(ctx context.Context, d time.Duration) {
	if p, ok := ctx.Value(pacerKey{}).(Pacer); ok {
		p.Took(d)
	}
}

// Away tells the pacer of ctx, if it has one.
func Away(ctx context.Context) (back func()) {
	if p, ok := ctx.Value(pacerKey{}).(Pacer); ok {
		return p.Away()
	}
	return func() {}
}
