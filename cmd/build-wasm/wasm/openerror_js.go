package main

import (
	"errors"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// openError gives an error of opening the database its code.
func openError(name string, err error) error {
	details := map[string]any{"repo": name}
	switch {
	case errors.Is(err, blockstore.ErrVersion):
		return nodeapi.Errorf(nodeapi.CodeNotSupported, details,
			"the database %s was made by a newer version, or by something else: load the newer version, or name another repo: %w", name, err)
	case errors.Is(err, blockstore.ErrUnavailable):
		return nodeapi.Errorf(nodeapi.CodeNotSupported, details, "nothing can be kept here: %w", err)
	case errors.Is(err, blockstore.ErrFull):
		return nodeapi.Errorf(nodeapi.CodeStorageFull, map[string]any{"kind": "quota"}, "no room for the database %s: %w", name, err)
	default:
		return nodeapi.Errorf(nodeapi.CodeStorageFailed, details, "the database %s cannot be opened: %w", name, err)
	}
}
