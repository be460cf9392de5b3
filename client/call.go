package client

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/sharednode/sharednode/messageport"
)

// invoke makes a call without streams.
func invoke[Result any](ctx context.Context, c *Client, method string, request any) (Result, error) {
	var result Result
	err := c.conn.Invoke(ctx, method, request, &result)
	return result, publicError(err)
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

// errStopped says that whoever ranges over an iterator wants no more.
var errStopped = errors.New("client: the iteration was stopped")

func unless(more bool) error {
	if more {
		return nil
	}
	return errStopped
}
