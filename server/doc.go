// Package server serves a node's API on ports: a session for each port, the
// calls of all sessions at once, each with its limits. What it serves is a
// Backend, an interface of its own; it knows no node.
//
//	s := server.New(server.Config{Backend: b})
//	go s.Serve(ctx, port) // one call per port
//	defer s.Shutdown(ctx)
//
// A session ends with its port, with the lock that its client named, with a
// broken limit or grammar, or in order. Its end ends the contexts of its calls;
// Serve returns when they have returned, and nothing of the session is left.
package server
