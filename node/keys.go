package node

import (
	"context"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/keystore"
)

// KeyGen makes a key.
func (n *Node) KeyGen(ctx context.Context, req nodeapi.KeyGenRequest) (nodeapi.Key, error) {
	return n.withKeys(ctx, req.IPNSBase, func(ctx context.Context) (keystore.Entry, error) {
		return n.keys.Gen(ctx, req.Name, req.Type, req.Size)
	})
}

// KeyImport takes a key in.
func (n *Node) KeyImport(ctx context.Context, req nodeapi.KeyImportRequest) (nodeapi.Key, error) {
	return n.withKeys(ctx, req.IPNSBase, func(ctx context.Context) (keystore.Entry, error) {
		return n.keys.Import(ctx, req.Name, req.Key, req.Password, req.Format)
	})
}

// KeyRemove takes a key away. What was published with it is no longer renewed.
func (n *Node) KeyRemove(ctx context.Context, req nodeapi.KeyRequest) (nodeapi.Key, error) {
	return n.withKeys(ctx, req.IPNSBase, func(ctx context.Context) (keystore.Entry, error) {
		return n.keys.Remove(ctx, req.Name)
	})
}

// KeyRename gives a key another name.
func (n *Node) KeyRename(ctx context.Context, req nodeapi.KeyRenameRequest) (nodeapi.KeyRenamed, error) {
	var overwrote bool
	key, err := n.withKeys(ctx, req.IPNSBase, func(ctx context.Context) (entry keystore.Entry, err error) {
		entry, overwrote, err = n.keys.Rename(ctx, req.Name, req.NewName, req.Force)
		return entry, err
	})
	if err != nil {
		return nodeapi.KeyRenamed{}, err
	}
	return nodeapi.KeyRenamed{ID: key.ID, Was: req.Name, Now: key.Name, Overwrite: overwrote}, nil
}

// KeyExport returns a private key.
func (n *Node) KeyExport(ctx context.Context, req nodeapi.KeyExportRequest) ([]byte, error) {
	ctx, end := n.begin(ctx)
	defer end()
	key, err := n.keys.Export(ctx, req.Name, req.Password, req.Format)
	return key, n.store.wrap(ctx, err)
}

// KeyList returns all keys, the node's own first.
func (n *Node) KeyList(ctx context.Context, req nodeapi.KeyListRequest) ([]nodeapi.Key, error) {
	ctx, end := n.begin(ctx)
	defer end()
	entries, err := n.keys.List(ctx)
	if err != nil {
		return nil, n.store.wrap(ctx, err)
	}
	keys := make([]nodeapi.Key, len(entries))
	for i, entry := range entries {
		if keys[i], err = publicKey(entry, req.IPNSBase); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// withKeys does what changes the keys, unless its result could not be told.
func (n *Node) withKeys(ctx context.Context, base string, do func(context.Context) (keystore.Entry, error)) (nodeapi.Key, error) {
	ctx, end := n.begin(ctx)
	defer end()
	if _, err := keystore.FormatID(n.id, base); err != nil {
		return nodeapi.Key{}, err
	}
	entry, err := do(ctx)
	if err != nil {
		return nodeapi.Key{}, n.store.wrap(ctx, err)
	}
	return publicKey(entry, base)
}

func publicKey(entry keystore.Entry, base string) (nodeapi.Key, error) {
	id, err := keystore.FormatID(entry.ID, base)
	return nodeapi.Key{ID: id, Name: entry.Name}, err
}
