package node

import (
	"context"
	"errors"
	"os"
)

// resolveFS follows a path through directories to what it names.
func (n *Node) resolveFS(ctx context.Context, p contentPath) (*fsNode, error) {
	at, err := n.store.getFS(ctx, p.root)
	if err != nil {
		return nil, err
	}
	for _, name := range p.parts {
		if !at.isDir() {
			return nil, notADirectory(p.text)
		}
		c, err := at.find(ctx, n.store, name)
		if errors.Is(err, os.ErrNotExist) {
			return nil, noLink(p.text, at.cid, name)
		}
		if err != nil {
			return nil, err
		}
		if at, err = n.store.getFS(ctx, c); err != nil {
			return nil, err
		}
	}
	return at, nil
}
