package server

import (
	"errors"
	"io"
	"iter"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxBlock is the largest block, in bytes: what bitswap carries.
const maxBlock = 2 << 20

func receiveBlock(call *messageport.ServerCall, limit int) ([]byte, error) {
	return receiveBytes(call, limit, nodeapi.CodeBlockTooLarge)
}

// receiveBytes reads an upload of nothing but bytes, limit of them at most: one
// more is an error of the code.
func receiveBytes(call *messageport.ServerCall, limit int, tooLarge nodeapi.Code) ([]byte, error) {
	var data []byte
	for {
		chunk, err := call.Next()
		switch {
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		case chunk.Item:
			return nil, nodeapi.Errorf(nodeapi.CodeBadRequest, nil, "got an item; want bytes")
		case len(data)+len(chunk.Data) > limit:
			size := len(data) + len(chunk.Data)
			return nil, nodeapi.Errorf(tooLarge, map[string]any{"size": size, "limit": limit},
				"%d bytes or more; the most is %d", size, limit)
		case data == nil:
			data = chunk.Data // most blocks are one chunk
		default:
			data = append(data, chunk.Data...)
		}
	}
}

// receiveEntries is the upload of an add as the backend takes it. What the
// backend leaves unread of an entry is skipped.
func receiveEntries(call *messageport.ServerCall) iter.Seq2[nodeapi.AddEntry, error] {
	return func(yield func(nodeapi.AddEntry, error) bool) {
		for {
			entry, content, err := nextEntry(call)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nodeapi.AddEntry{}, err)
				return
			}
			if !yield(entry, nil) {
				return
			}
			if content == nil {
				continue
			}
			if _, err := io.Copy(io.Discard, content); err != nil {
				yield(nodeapi.AddEntry{}, err)
				return
			}
		}
	}
}

// nextEntry reads the item that announces an entry; bytes in its place are a bad
// request. content is nil for a directory.
func nextEntry(call *messageport.ServerCall) (nodeapi.AddEntry, *content, error) {
	var entry nodeapi.AddEntry
	chunk, err := call.Next()
	if err != nil {
		return entry, nil, err
	}
	if err := chunk.Decode(&entry.FileHeader); err != nil {
		return entry, nil, explain(err, chunk.Decode)
	}
	if entry.Dir {
		return entry, nil, nil
	}
	file := &content{call: call, header: &entry.FileHeader}
	entry.Content = file
	return entry, file, nil
}

// content reads the bytes of one entry, and checks that there are as many as
// was announced.
type content struct {
	call   *messageport.ServerCall
	header *nodeapi.FileHeader
	read   uint64
	err    error // io.EOF at the end
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.call.Read(p)
	c.read += uint64(n)
	size := c.header.Size
	if size != nil && (c.read > *size || errors.Is(err, io.EOF) && c.read < *size) {
		n, err = 0, c.changed()
	}
	c.err = err
	return n, err
}

func (c *content) changed() error {
	path, size := c.header.Path, *c.header.Size
	return nodeapi.Errorf(nodeapi.CodeSourceChanged,
		map[string]any{"path": path, "expected": size, "actual": c.read},
		"file %q has %d bytes, or more; it was announced with %d", path, c.read, size)
}
