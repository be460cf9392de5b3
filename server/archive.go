package server

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func dagExport(ctx context.Context, b Archives, call *messageport.ServerCall) (any, error) {
	ctx, path, err := decodePath(ctx, call)
	if err != nil {
		return nil, err
	}
	r, err := b.DAGExport(ctx, path)
	if err != nil {
		return nil, err
	}
	return sendBytes(call, r)
}

func dagImport(ctx context.Context, b Archives, call *messageport.ServerCall) (any, error) {
	opts, err := decode[nodeapi.DAGImportOptions](call)
	if err != nil {
		return nil, err
	}
	return b.DAGImport(ctx, receiveCARs(call), opts, func(root nodeapi.ImportedRoot) error { return call.WriteItem(root) })
}

// receiveCARs is the upload of a dag.import as the backend takes it. What the
// backend leaves unread of a CAR, padding or an index at its end, is skipped.
func receiveCARs(call *messageport.ServerCall) iter.Seq2[nodeapi.CAR, error] {
	return func(yield func(nodeapi.CAR, error) bool) {
		for {
			header, err := nextCAR(call)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nodeapi.CAR{}, err)
				return
			}
			content := &untilItem{call: call}
			if !yield(nodeapi.CAR{CARHeader: header, Content: content}, nil) {
				return
			}
			if _, err := io.Copy(io.Discard, content); err != nil {
				yield(nodeapi.CAR{}, err)
				return
			}
		}
	}
}

// nextCAR reads the item that announces a CAR; bytes in its place are a bad
// request.
func nextCAR(call *messageport.ServerCall) (nodeapi.CARHeader, error) {
	var header nodeapi.CARHeader
	chunk, err := call.Next()
	if err != nil {
		return header, err
	}
	if err := chunk.Decode(&header); err != nil {
		return header, explain(err, chunk.Decode)
	}
	return header, checkName("name", header.Name)
}

// untilItem reads the bytes up to the next item, and its end once and for all.
type untilItem struct {
	call *messageport.ServerCall
	err  error
}

func (u *untilItem) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	n, err := u.call.Read(p)
	u.err = err
	return n, err
}
