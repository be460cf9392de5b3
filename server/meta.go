package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
)

func id(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) { return b.ID(ctx) }

func version(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) {
	return b.Version(ctx)
}

func isOnline(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) {
	return b.IsOnline(ctx)
}
