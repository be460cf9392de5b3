package client

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"sync"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Add adds one file without a name, and returns its root: the file, or with
// opts.WrapWithDirectory the directory around it.
func (c *Client) Add(ctx context.Context, r io.Reader, opts nodeapi.AddOptions) (nodeapi.Added, error) {
	opts.Progress = false
	one := func(yield func(nodeapi.AddEntry, error) bool) {
		yield(nodeapi.AddEntry{Content: r}, nil)
	}
	var root nodeapi.Added
	for event, err := range c.AddAll(ctx, one, opts) {
		if err != nil {
			return nodeapi.Added{}, err
		}
		if event.Added != nil {
			root = *event.Added // roots come last
		}
	}
	return root, nil
}

// AddFS adds the files and directories of fsys under the names they have there.
// Those at its top are the roots, unless opts.WrapWithDirectory puts them into
// one. What is neither file nor directory is an error.
func (c *Client) AddFS(ctx context.Context, fsys fs.FS, opts nodeapi.AddOptions) iter.Seq2[nodeapi.AddEvent, error] {
	return c.AddAll(ctx, walk(fsys), opts)
}

// AddAll adds the entries that src yields, and yields what was added: each file
// once it is whole, directories after all they hold, roots last; with
// opts.Progress also how far it has come.
//
// src is run in a goroutine of its own, and a Read of an entry's content that is
// under way is waited for, even when the call has ended otherwise. An error of
// src, or of a Read, ends the add and is yielded as it is. An add that does not
// come to its end, for that or because the iteration was stopped, pins nothing
// and adds nothing visible.
func (c *Client) AddAll(ctx context.Context, src iter.Seq2[nodeapi.AddEntry, error], opts nodeapi.AddOptions) iter.Seq2[nodeapi.AddEvent, error] {
	return func(yield func(nodeapi.AddEvent, error) bool) {
		err := c.addAll(ctx, src, opts, func(event nodeapi.AddEvent) error { return unless(yield(event, nil)) })
		if err != nil && !errors.Is(err, errStopped) {
			yield(nodeapi.AddEvent{}, publicError(err))
		}
	}
}

func (c *Client) addAll(ctx context.Context, src iter.Seq2[nodeapi.AddEntry, error], opts nodeapi.AddOptions, each func(nodeapi.AddEvent) error) error {
	send := func(call *messageport.ClientCall) error { return sendEntries(call, src) }
	return c.exchange(ctx, nodeapi.MethodAdd, opts, send, func(call *messageport.ClientCall) error {
		if err := receive(call, each); err != nil {
			return err
		}
		return call.Result(nil)
	})
}

func sendEntries(call *messageport.ClientCall, src iter.Seq2[nodeapi.AddEntry, error]) error {
	for entry, err := range src {
		if err != nil {
			return err
		}
		if err := call.WriteItem(entry.FileHeader); err != nil {
			return err
		}
		if entry.Dir || entry.Content == nil {
			continue
		}
		if err := sendContent(call, entry.Content); err != nil {
			return err
		}
	}
	return call.CloseWrite()
}

// copySize is what goes into one message without waiting for others.
const copySize = 64 << 10

var copyBuffers = sync.Pool{New: func() any { return new([copySize]byte) }}

func sendContent(call *messageport.ClientCall, r io.Reader) error {
	buf := copyBuffers.Get().(*[copySize]byte)
	defer copyBuffers.Put(buf)
	_, err := io.CopyBuffer(call, r, buf[:])
	return err
}
