package messageport

import "context"

// DialConfig says how a client takes a port.
type DialConfig struct {
	// Client is the client's name and version, for people.
	Client string
	// Lock names a Web Lock that the client holds as long as it lives; empty
	// where there are none.
	Lock string
	// App is what the application has to say to the server; nil is CBOR's null.
	App RawMessage
	// Bind is what the port is bound to, BindSize bytes, or nil: nothing, or it was
	// bound before.
	Bind []byte
	// Limits of the session; MaxFrame, MaxCalls and MaxUploads are the server's
	// to say.
	Limits Limits
}

// Dial takes the client's end of a port, says hello and waits for the welcome.
// The port is then the session's, which Close closes; with an error it is
// closed. A server that refuses gives an Error with the server's code.
func Dial(ctx context.Context, port Port, cfg DialConfig) (*ClientConn, error) {
	if err := ctx.Err(); err != nil {
		_ = port.Close()
		return nil, err
	}
	c := newClientConn(port, cfg.Limits)
	if n := len(cfg.Bind); n != 0 && n != BindSize {
		c.end(Errorf(CodeBadRequest, nil, "a secret of %d bytes; want %d", n, BindSize), nil)
	} else if n > 0 {
		c.out.add(Frame{Type: TypeBind, Payload: cfg.Bind})
	}
	hello, err := Marshal(Hello{
		Versions: versions,
		Client:   cfg.Client,
		Lock:     cfg.Lock,
		Window:   uint32(c.limits.Window),
		App:      cfg.App,
	})
	if err != nil {
		c.end(err, nil)
	}
	c.out.add(Frame{Type: TypeHello, Payload: hello})
	c.out.flush(false)
	go func() {
		defer close(c.readDone)
		c.read(c)
		c.endCalls(context.Cause(c.ctx))
	}()

	select {
	case <-c.welcomed:
		return c, nil
	case <-c.ctx.Done():
	case <-ctx.Done():
		c.end(context.Cause(ctx), wireError(context.Canceled, ""))
	}
	<-c.readDone
	<-c.out.done
	return nil, c.Err()
}
