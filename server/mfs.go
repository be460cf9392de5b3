package server

import (
	"context"
	"errors"
	"io"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func filesCopy(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesCopyRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkMove(req.From, req.To); err != nil {
		return nil, err
	}
	return nil, b.FilesCopy(within(ctx, req.Offline), req)
}

func filesMove(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesMoveRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkMove(req.From, req.To); err != nil {
		return nil, err
	}
	return nil, b.FilesMove(ctx, req)
}

// checkMove checks the paths of what goes from some to one.
func checkMove(from []string, to string) error {
	if err := checkPaths(from); err != nil {
		return err
	}
	return checkPath(to)
}

func filesMkdir(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesMkdirRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	return nil, b.FilesMkdir(ctx, req)
}

func filesStat(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesStatRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	return b.FilesStat(within(ctx, req.Offline), req)
}

func filesTouch(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesTouchRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	return nil, b.FilesTouch(ctx, req)
}

func filesChmod(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesChmodRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	return nil, b.FilesChmod(ctx, req)
}

func filesRemove(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesRemoveRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPaths(req.Paths); err != nil {
		return nil, err
	}
	return nil, b.FilesRemove(ctx, req)
}

func filesRead(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesReadRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	r, err := b.FilesRead(within(ctx, req.Offline), req)
	if err != nil {
		return nil, err
	}
	return sendBytes(call, r)
}

func filesWrite(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesWriteRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	return nil, b.FilesWrite(ctx, bytesAlone{call}, req)
}

func filesFlush(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesFlushRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	c, err := b.FilesFlush(ctx, req.Path)
	return nodeapi.CIDResult{Cid: c}, err
}

func filesList(ctx context.Context, b MutableFiles, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FilesListRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	return sendItems(call, b.FilesList(within(ctx, req.Offline), req))
}

// bytesAlone reads an upload that is to have bytes and nothing else.
type bytesAlone struct{ call *messageport.ServerCall }

func (b bytesAlone) Read(p []byte) (int, error) {
	n, err := b.call.Read(p)
	if !errors.Is(err, io.EOF) || n > 0 {
		return n, err
	}
	// The end, or an item.
	if _, err := b.call.Next(); err != nil {
		return 0, err
	}
	return 0, nodeapi.Errorf(nodeapi.CodeBadRequest, nil, "got an item; want bytes")
}
