package client

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// CatOptions say which part of a file is wanted; all of it if zero.
type CatOptions struct {
	Offset uint64  // past the end gives no bytes
	Length *uint64 // all that follows if nil
}

// Cat returns the bytes of the file that path names, "<cid>/a/b" or
// "/ipfs/<cid>/a/b". What stands in its way is told by the first Read. The
// reader is to be closed; it implements io.WriterTo.
func (c *Client) Cat(ctx context.Context, path string, opts CatOptions) (io.ReadCloser, error) {
	return c.download(ctx, nodeapi.MethodCat, nodeapi.CatRequest{
		Path:    path,
		Offset:  opts.Offset,
		Length:  opts.Length,
		Offline: nodeapi.IsOffline(ctx),
	})
}

// GetOptions say in which form something is wanted.
type GetOptions struct {
	Archive          bool // TAR even where Compress would do without
	Compress         bool // gzip
	CompressionLevel *int
}

// Get returns what path names, with all that is under it, as a TAR archive. The
// reader is as that of Cat.
func (c *Client) Get(ctx context.Context, path string, opts GetOptions) (io.ReadCloser, error) {
	return c.download(ctx, nodeapi.MethodGet, nodeapi.GetRequest{
		Path:             path,
		Archive:          opts.Archive,
		Compress:         opts.Compress,
		CompressionLevel: opts.CompressionLevel,
		Offline:          nodeapi.IsOffline(ctx),
	})
}

// List yields the entries of the directory that path names.
func (c *Client) List(ctx context.Context, path string) iter.Seq2[nodeapi.Entry, error] {
	return list[nodeapi.Entry](ctx, c, nodeapi.MethodList, pathRequest(ctx, path))
}

func (c *Client) download(ctx context.Context, method string, request any) (io.ReadCloser, error) {
	call, err := c.conn.Call(ctx, method, request, messageport.CallOptions{})
	if err != nil {
		return nil, publicError(err)
	}
	return &download{call: call, method: method}, nil
}

// download reads a call whose answer is bytes alone.
type download struct {
	call   *messageport.ClientCall
	method string
	err    error // once there is one
}

var _ io.WriterTo = (*download)(nil)

func (d *download) Read(p []byte) (int, error) {
	if d.err != nil || len(p) == 0 {
		return 0, d.err
	}
	n, err := d.call.Read(p)
	if errors.Is(err, io.EOF) {
		_, err = d.next() // an item, or the end
	}
	d.err = publicError(err)
	return n, d.err
}

// WriteTo implements io.WriterTo. It writes what arrives as it arrives.
func (d *download) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for d.err == nil {
		chunk, err := d.next()
		if err != nil {
			d.err = publicError(err)
			break
		}
		n, err := w.Write(chunk)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	if errors.Is(d.err, io.EOF) {
		return written, nil
	}
	return written, d.err
}

// next returns the next bytes, or io.EOF if all were received and the call has
// succeeded.
func (d *download) next() ([]byte, error) {
	chunk, err := d.call.Next()
	switch {
	case errors.Is(err, io.EOF):
		if err := d.call.Result(nil); err != nil {
			return nil, err
		}
		return nil, io.EOF
	case err != nil:
		return nil, err
	case chunk.Item:
		return nil, errUnexpectedItem(d.method)
	}
	return chunk.Data, nil
}

func (d *download) Close() error {
	d.call.Cancel(nil)
	return nil
}
