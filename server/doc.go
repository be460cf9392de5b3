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
// handles. Each of those is a call that ends when it is canceled or with the
// session. A page that does not read one loses messages of that one, or holds up
// the peer at the stream's other end.
//
// A session begins with its hello, which says what the client asks of the node.
// The first one's wish opens the backend. Later ones are compared with what runs:
// of a field that is the node's a different wish is a conflict, which refuses the
// client unless it joins whatever runs; what lists they ask for is added. A wish
// that no node could meet is refused before it comes to that.
//
// A session ends with its port, with the lock that its client named, with a
// broken limit or grammar, or in order. Its end ends the contexts of its calls;
// Serve returns when they have returned, and nothing of the session is left. A
// panic below a call is that call's error, wherever it can be caught.
//
// What the node is and does can be seen by every session: status has all
// sessions with their calls, status.samples the figures of the last hour, events
// the configuration as it changes and what the backend warns of, and the log.*
// methods what package journal keeps. None of them delays anyone: who does not
// read misses some, and is told so.
package server
