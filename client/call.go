package client

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func pathRequest(ctx context.Context, path string) nodeapi.PathRequest {
	return nodeapi.PathRequest{Path: path, Offline: nodeapi.IsOffline(ctx)}
}

func cidRequest(ctx context.Context, c cid.Cid) nodeapi.CIDRequest {
	return nodeapi.CIDRequest{Cid: c, Offline: nodeapi.IsOffline(ctx)}
}

// invoke makes a call without streams.
func invoke[Result any](ctx context.Context, c *Client, method string, request any) (Result, error) {
	var result Result
	err := c.conn.Invoke(ctx, method, request, &result)
	return result, publicError(err)
}

// do makes a call that has neither streams nor a result.
func do(ctx context.Context, c *Client, method string, request any) error {
	return publicError(c.conn.Invoke(ctx, method, request, nil))
}

// put makes a call with an upload of bytes.
func put[Result any](ctx context.Context, c *Client, method string, request any, data []byte) (Result, error) {
	var result Result
	call, err := c.conn.Call(ctx, method, request, messageport.CallOptions{Upload: true})
	if err != nil {
		return result, publicError(err)
	}
	if _, err := call.Write(data); err == nil {
		_ = call.CloseWrite()
	}
	// A write fails when the call has ended, and the result says why it did.
	return result, publicError(call.Result(&result))
}

// fetch makes a call whose answer is a stream of bytes and a result.
func fetch[Result any](ctx context.Context, c *Client, method string, request any) ([]byte, Result, error) {
	var result Result
	call, err := c.conn.Call(ctx, method, request, messageport.CallOptions{})
	if err != nil {
		return nil, result, publicError(err)
	}
	defer call.Cancel(nil)
	data := []byte{}
	for {
		chunk, err := call.Next()
		switch {
		case errors.Is(err, io.EOF):
			err := call.Result(&result)
			return data, result, publicError(err)
		case err != nil:
			return nil, result, publicError(err)
		case chunk.Item:
			return nil, result, publicError(errUnexpectedItem(method))
		case len(data) == 0:
			data = chunk.Data // most blocks are one chunk
		default:
			data = append(data, chunk.Data...)
		}
	}
}

func errUnexpectedItem(method string) error {
	return messageport.Errorf(messageport.CodeBadRequest, nil, "%s: the server sent an item among bytes", method)
}

// list makes a call whose answer is a stream of items.
func list[Item any](ctx context.Context, c *Client, method string, request any) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		call, err := c.conn.Call(ctx, method, request, messageport.CallOptions{})
		if err == nil {
			defer call.Cancel(nil)
			err = receive(call, func(item Item) error { return unless(yield(item, nil)) })
		}
		if err == nil {
			err = call.Result(nil)
		}
		if err != nil && !errors.Is(err, errStopped) {
			var none Item
			yield(none, publicError(err))
		}
	}
}

// collect is list for answers that are not long.
func collect[Item any](ctx context.Context, c *Client, method string, request any) ([]Item, error) {
	var items []Item
	for item, err := range list[Item](ctx, c, method, request) {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// receive hands the items of the server's stream to each, until its end or
// each's error.
func receive[Item any](call *messageport.ClientCall, each func(Item) error) error {
	for {
		chunk, err := call.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var item Item
		if err := chunk.Decode(&item); err != nil {
			return err
		}
		if err := each(item); err != nil {
			return err
		}
	}
}

// exchange makes a call whose streams flow both ways at once: send, in a
// goroutine of its own, makes the one, and take takes the other and the result.
// When it returns send has returned.
func (c *Client) exchange(ctx context.Context, method string, request any, send, take func(*messageport.ClientCall) error) error {
	call, err := c.conn.Call(ctx, method, request, messageport.CallOptions{Upload: true})
	if err != nil {
		return err
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if err := send(call); err != nil {
			call.Cancel(err) // if the call has ended, err is but a result of that
		}
	}()
	defer func() {
		call.Cancel(nil)
		<-sent
	}()
	return take(call)
}

// begin makes a call that lasts until it is canceled, and reads the item with
// which the server says that it has begun. ctx is of the beginning alone.
func begin[Item any](ctx context.Context, c *Client, method string, request any, opts messageport.CallOptions) (*messageport.ClientCall, Item, error) {
	var first Item
	lasting, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	defer stop()
	call, err := c.conn.Call(lasting, method, request, opts)
	if err != nil {
		return nil, first, publicError(err)
	}
	first, err = nextItem[Item](call)
	if err == nil && !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		call.Cancel(err)
		return nil, first, publicError(err)
	}
	return call, first, nil
}

// nextItem reads an item. The end of the stream is an error.
func nextItem[Item any](call *messageport.ClientCall) (Item, error) {
	var item Item
	chunk, err := call.Next()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = chunk.Decode(&item)
	}
	return item, err
}

// nextData reads the bytes that follow an item.
func nextData(call *messageport.ClientCall, size uint64) ([]byte, error) {
	data := []byte{}
	for uint64(len(data)) < size {
		chunk, err := call.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case chunk.Item || uint64(len(data)+len(chunk.Data)) > size:
			return nil, messageport.Errorf(messageport.CodeBadRequest, nil, "the server sent something else than the %d bytes it announced", size)
		case len(data) == 0:
			data = chunk.Data // most messages are one chunk
		default:
			data = append(data, chunk.Data...)
		}
	}
	return data, nil
}

// errStopped says that whoever ranges over an iterator wants no more.
var errStopped = errors.New("client: the iteration was stopped")

func unless(more bool) error {
	if more {
		return nil
	}
	return errStopped
}

// untilClosed yields what next returns up to its error, which it does not yield
// if that is errClosed.
func untilClosed[T any](next func() (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			v, err := next()
			if errors.Is(err, errClosed) || !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// errClosed is why a call that lasts ends when its caller wants no more of it.
var errClosed = &messageport.Error{Code: messageport.CodeCanceled, Message: "it was closed here"}
