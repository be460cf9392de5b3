// Package server serves a node's API on ports: a session for each port, the
// calls of all sessions at once, each with its limits. What it serves is a
// Backend, an interface of its own; it knows no node.
//
//	s := server.New(server.Config{Backend: b})
//	go s.Serve(ctx, port) // one call per port
//	defer s.Shutdown(ctx)
//
// What a page can make the server hold is bounded for each session: its calls and
// what waits on them (messageport.Limits), uploads that are taken into memory,
// and what lasts: topics and rooms that it listens to, streams, protocols that it
// handles. Each of those is a call that ends when it is canceled, when the
// session ends, or when the server begins to close. A page that does not read
// one loses messages of that one, or holds up the peer at the stream's other end.
//
// A session ends with its port, with the lock that its client named, with a
// broken limit or grammar, or in order. Its end ends the contexts of its calls;
// Serve returns when they have returned, and nothing of the session is left.
package server
