// Package client is the light side of a node's API: it speaks over a port with a
// server that has the node, and links none of it.
//
//	c, err := client.Open(ctx, port, client.Options{})
//	defer c.Close()
//	added, err := c.Add(ctx, file, nodeapi.AddOptions{})
//	r, err := c.Cat(ctx, added.Cid.String(), client.CatOptions{})
//
// A Client may be used by many goroutines at once. Each call ends with its
// context, by which the node is told. What lasts (a subscription, a place in a
// room, a stream, a protocol that is handled) ends when it is closed instead: the
// context is that of its beginning.
//
// Under a context of nodeapi.WithOffline blocks are looked for in the node's repo
// alone.
//
// Errors that the node, the port or this package gave are a *nodeapi.Error, to
// be told apart by code:
//
//	errors.Is(err, &nodeapi.Error{Code: nodeapi.CodeNotAFile})
//
// A block that is missing is also known by ipld.IsNotFound. A call whose context
// ended returns the context's error. One with code "disconnected" has no
// verdict: it may have been done or not.
//
// A Client is one session, and repeats nothing by itself. A Redialer is for
// programs that outlive the server: it connects anew, and repeats what it is told
// may be repeated.
//
// # In the browser
//
// Dial reaches the worker that all pages of an origin share, and goes on to the
// one that the node has moved to. It is there for js/wasm alone; all else is the
// same everywhere.
package client
