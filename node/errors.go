package node

import (
	"context"
	"errors"

	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// errClosed is what operations end with when the node is closed under them.
var errClosed = &nodeapi.Error{Code: nodeapi.CodeStorageClosed, Message: "the node was closed"}

// corrupt marks what the repo holds and cannot be read.
func corrupt(err error) error {
	return nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "%w", err)
}

func notFound(c cid.Cid) error {
	return nodeapi.Errorf(nodeapi.CodeNotFound, map[string]any{"cid": c.String()}, "block %s is not in the repo", c)
}

func invalidOption(option string, value any, format string, args ...any) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": option, "value": value}, format, args...)
}

func invalidBlock(c cid.Cid, err error) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidBlock, map[string]any{"cid": c.String()}, "block %s: %w", c, err)
}

func blockTooLarge(size int) error {
	details := map[string]any{"size": size, "limit": maxBlockSize}
	return nodeapi.Errorf(nodeapi.CodeBlockTooLarge, details, "a block of %d bytes; the most is %d", size, maxBlockSize)
}

// wrap gives an error of the stores its code. Errors that have one stay as they
// are. For an ended context it returns why that ended.
func (s *store) wrap(ctx context.Context, err error) error {
	var coded *nodeapi.Error
	var missing ipld.ErrNotFound
	switch {
	case err == nil || errors.As(err, &coded):
		return err
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &missing):
		return notFound(missing.Cid)
	case s.fullError != nil && errors.Is(err, s.fullError):
		return nodeapi.Errorf(nodeapi.CodeStorageFull, map[string]any{"kind": limitQuota}, "no room left: %w", err)
	case s.closedError != nil && errors.Is(err, s.closedError):
		return nodeapi.Errorf(nodeapi.CodeStorageClosed, nil, "the store is closed: %w", err)
	default:
		return nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "the store failed: %w", err)
	}
}
