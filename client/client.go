package client

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Options of a Client. The zero value asks for nothing.
type Options struct {
	// Config is what is asked of the node. A field that the node runs otherwise
	// makes Open fail with nodeapi.CodeConfigConflict, unless OnConflict is
	// "join".
	Config     nodeapi.Config
	OnConflict string
	// Name is the program's name and version, for people. "sharednode-go" if
	// empty.
	Name string
	// Lock names a lock that this process holds as long as it lives, for the
	// server to wait for. Empty where there is none.
	Lock string
	// Liveness returns nil once the server that holds lock is gone; the client is
	// then closed. Nil: it lives as long as its port.
	Liveness func(ctx context.Context, lock string) error
	// Secret is that of CreatePort, for a client that has fewer rights. Such a client
	// asks for no Config. A port that was bound before it was handed on needs none.
	Secret []byte
	// Limits of the session.
	Limits messageport.Limits
}

// Client is one session with a node.
type Client struct {
	conn    *messageport.ClientConn
	welcome nodeapi.Welcome
}

// Open takes a port whose other end a server serves, and waits until the server
// has a node to serve. The port is then the client's, which Close closes; with
// an error it is closed.
func Open(ctx context.Context, port messageport.Port, opts Options) (*Client, error) {
	app, err := messageport.Marshal(nodeapi.Hello{Config: opts.Config, OnConflict: opts.OnConflict})
	if err != nil {
		_ = port.Close()
		return nil, publicError(err)
	}
	name := opts.Name
	if name == "" {
		name = "sharednode-go"
	}
	conn, err := messageport.Dial(ctx, port, messageport.DialConfig{
		Client: name,
		Lock:   opts.Lock,
		App:    app,
		Bind:   opts.Secret,
		Limits: opts.Limits,
	})
	if err != nil {
		return nil, publicError(err)
	}
	c := &Client{conn: conn}
	if err := messageport.Unmarshal(conn.Welcome().App, &c.welcome); err != nil {
		_ = conn.Close()
		return nil, publicError(err)
	}
	if lock := conn.Welcome().Lock; lock != "" && opts.Liveness != nil {
		go c.watch(opts.Liveness, lock)
	}
	return c, nil
}

// watch closes the client when the server's lock says that the server is gone.
// If the lock cannot be awaited the client lives as long as its port.
func (c *Client) watch(liveness func(ctx context.Context, lock string) error, lock string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-c.Done()
		cancel()
	}()
	if err := liveness(ctx, lock); err == nil {
		c.conn.CloseWithError(&messageport.Error{
			Code:    messageport.CodeDisconnected,
			Message: "the worker's lock is free: it is gone",
		})
	}
}

// Close ends the session. Calls in flight end with code "disconnected".
func (c *Client) Close() error { return c.conn.Close() }

// Done is closed when the session has ended. Err then says why.
func (c *Client) Done() <-chan struct{} { return c.conn.Done() }

// Err returns nil as long as the session lives, and then why it ended: an error
// with code "closed" if it was closed in order, by either side.
func (c *Client) Err() error { return publicError(c.conn.Err()) }

// PeerID returns the node's identity, or nothing if that is not granted.
func (c *Client) PeerID() string { return c.welcome.PeerID }

// Epoch returns what names this run of the server's process.
func (c *Client) Epoch() string { return c.conn.Welcome().Epoch }

// Config returns the configuration that the node ran with when the session
// began. One that has but grants is not told.
func (c *Client) Config() nodeapi.Config { return c.welcome.Config }

// ID returns the node's identity and addresses.
func (c *Client) ID(ctx context.Context) (nodeapi.ID, error) {
	return invoke[nodeapi.ID](ctx, c, nodeapi.MethodID, nil)
}

// Identify returns what a peer tells of itself, by its id.
func (c *Client) Identify(ctx context.Context, peer string) (nodeapi.ID, error) {
	return invoke[nodeapi.ID](ctx, c, nodeapi.MethodID, nodeapi.IDRequest{Peer: peer})
}

// CurrentConfig returns the configuration that the node runs with now.
func (c *Client) CurrentConfig(ctx context.Context) (nodeapi.Config, error) {
	return invoke[nodeapi.Config](ctx, c, nodeapi.MethodConfigGetAll, nil)
}

// Version says what is running at the other end.
func (c *Client) Version(ctx context.Context) (nodeapi.Version, error) {
	return invoke[nodeapi.Version](ctx, c, nodeapi.MethodVersion, nil)
}

// IsOnline reports whether the node is part of a network.
func (c *Client) IsOnline(ctx context.Context) (bool, error) {
	return invoke[bool](ctx, c, nodeapi.MethodIsOnline, nil)
}
