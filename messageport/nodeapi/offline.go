package nodeapi

import "context"

type offlineKey struct{}

// WithOffline returns a context under which blocks are looked for in the repo
// alone, whatever network there is.
func WithOffline(ctx context.Context) context.Context {
	return context.WithValue(ctx, offlineKey{}, true)
}

// IsOffline reports whether ctx or one that it came from is of WithOffline.
func IsOffline(ctx context.Context) bool {
	offline, _ := ctx.Value(offlineKey{}).(bool)
	return offline
}
