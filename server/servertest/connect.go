package servertest

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/server"
)

// Connect serves one end of a pipe and returns the other. What Serve returns
// comes out of ended.
func Connect(ctx context.Context, s *server.Server) (port messageport.Port, ended <-chan error) {
	client, served := messageport.Pipe()
	result := make(chan error, 1)
	go func() { result <- s.Serve(ctx, served) }()
	return client, result
}
