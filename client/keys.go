package client

import (
	"context"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Key is the group of private keys, under which names are published.
type Key struct{ c *Client }

// Key returns the group of private keys.
func (c *Client) Key() Key { return Key{c} }

// Gen makes a key. What opts says of a name is passed over.
func (k Key) Gen(ctx context.Context, name string, opts nodeapi.KeyGenRequest) (nodeapi.Key, error) {
	opts.Name = name
	return invoke[nodeapi.Key](ctx, k.c, nodeapi.MethodKeyGen, opts)
}

// List returns the names and ids of all keys, the node's own first.
func (k Key) List(ctx context.Context) ([]nodeapi.Key, error) {
	return collect[nodeapi.Key](ctx, k.c, nodeapi.MethodKeyList, nodeapi.KeyListRequest{})
}

// Remove takes a key away for good. What was published with it is no longer
// renewed.
func (k Key) Remove(ctx context.Context, name string) (nodeapi.Key, error) {
	return invoke[nodeapi.Key](ctx, k.c, nodeapi.MethodKeyRemove, nodeapi.KeyRequest{Name: name})
}

// KeyRenameOptions say whether a key may be replaced.
type KeyRenameOptions struct {
	Force bool // replace the key that has the new name
}

// Rename gives a key another name.
func (k Key) Rename(ctx context.Context, name, newName string, opts KeyRenameOptions) (nodeapi.KeyRenamed, error) {
	return invoke[nodeapi.KeyRenamed](ctx, k.c, nodeapi.MethodKeyRename,
		nodeapi.KeyRenameRequest{Name: name, NewName: newName, Force: opts.Force})
}

// KeyOptions say how a private key is written.
type KeyOptions struct {
	Password string
	// Format is one of nodeapi's. Unless set Import finds it out, and Export writes
	// nodeapi.KeyFormatEncrypted, which needs a password.
	Format string
}

// Import takes a private key in.
func (k Key) Import(ctx context.Context, name string, key []byte, opts KeyOptions) (nodeapi.Key, error) {
	return invoke[nodeapi.Key](ctx, k.c, nodeapi.MethodKeyImport,
		nodeapi.KeyImportRequest{Name: name, Key: key, Password: opts.Password, Format: opts.Format})
}

// Export returns a private key, which may be any but the node's own.
func (k Key) Export(ctx context.Context, name string, opts KeyOptions) ([]byte, error) {
	exported, err := invoke[nodeapi.KeyExported](ctx, k.c, nodeapi.MethodKeyExport,
		nodeapi.KeyExportRequest{Name: name, Password: opts.Password, Format: opts.Format})
	return exported.Key, err
}
