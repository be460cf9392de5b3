package nodeapi

import "context"

// Account is on whose account a call is made.
type Account struct {
	Origin string
	Quota  uint64 // the most bytes that may be kept for it
}

type accountKey struct{}

// WithAccount returns a context under which what is kept is accounted to an origin,
// and pins are its own.
func WithAccount(ctx context.Context, account Account) context.Context {
	return context.WithValue(ctx, accountKey{}, account)
}

// AccountOf returns the account of ctx or one that it came from. Without one it is
// the node's own.
func AccountOf(ctx context.Context) (Account, bool) {
	account, ok := ctx.Value(accountKey{}).(Account)
	return account, ok
}
