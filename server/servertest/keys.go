package servertest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// KeyGen implements server.Keys. What it makes is no private key.
func (b *Backend) KeyGen(ctx context.Context, req nodeapi.KeyGenRequest) (nodeapi.Key, error) {
	done, err := b.enter(ctx, nodeapi.MethodKeyGen)
	if err != nil {
		return nodeapi.Key{}, err
	}
	defer done()
	if err := oneOf("type", req.Type, "", nodeapi.KeyEd25519, nodeapi.KeyRSA, nodeapi.KeySecp256k1); err != nil {
		return nodeapi.Key{}, err
	}
	return b.addKey(req.Name, []byte("key of "+req.Name))
}

// KeyImport implements server.Keys. It takes any bytes.
func (b *Backend) KeyImport(ctx context.Context, req nodeapi.KeyImportRequest) (nodeapi.Key, error) {
	done, err := b.enter(ctx, nodeapi.MethodKeyImport)
	if err != nil {
		return nodeapi.Key{}, err
	}
	defer done()
	return b.addKey(req.Name, req.Key)
}

func (b *Backend) addKey(name string, key []byte) (nodeapi.Key, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := notSelf(name); err != nil {
		return nodeapi.Key{}, err
	}
	if b.keys[name] != nil {
		return nodeapi.Key{}, nodeapi.Errorf(nodeapi.CodeKeyExists, map[string]any{"key": name}, "there is a key %q already", name)
	}
	if b.keys == nil {
		b.keys = make(map[string][]byte)
	}
	b.keys[name] = bytes.Clone(key)
	return publicKey(name, key), nil
}

// publicKey has an id that stays with the key when it is renamed.
func publicKey(name string, key []byte) nodeapi.Key {
	return nodeapi.Key{Name: name, ID: fmt.Sprintf("k51%x", key)}
}

func notSelf(name string) error {
	if name == nodeapi.KeySelf {
		return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": "name", "value": name}, "%q is the node's own", name)
	}
	return nil
}

// ownKey is the id of the node's own key.
var ownKey = nodeapi.Key{Name: nodeapi.KeySelf, ID: PeerID}

// KeyList implements server.Keys.
func (b *Backend) KeyList(ctx context.Context, _ nodeapi.KeyListRequest) ([]nodeapi.Key, error) {
	done, err := b.enter(ctx, nodeapi.MethodKeyList)
	if err != nil {
		return nil, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	keys := []nodeapi.Key{ownKey}
	for _, name := range slices.Sorted(maps.Keys(b.keys)) {
		keys = append(keys, publicKey(name, b.keys[name]))
	}
	return keys, nil
}

// KeyRemove implements server.Keys.
func (b *Backend) KeyRemove(ctx context.Context, req nodeapi.KeyRequest) (nodeapi.Key, error) {
	done, err := b.enter(ctx, nodeapi.MethodKeyRemove)
	if err != nil {
		return nodeapi.Key{}, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	key, err := b.key(req.Name)
	delete(b.keys, req.Name)
	return publicKey(req.Name, key), err
}

// KeyRename implements server.Keys.
func (b *Backend) KeyRename(ctx context.Context, req nodeapi.KeyRenameRequest) (nodeapi.KeyRenamed, error) {
	done, err := b.enter(ctx, nodeapi.MethodKeyRename)
	if err != nil {
		return nodeapi.KeyRenamed{}, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	key, err := b.key(req.Name)
	if err != nil {
		return nodeapi.KeyRenamed{}, err
	}
	_, overwrite := b.keys[req.NewName]
	if overwrite && !req.Force {
		return nodeapi.KeyRenamed{}, nodeapi.Errorf(nodeapi.CodeKeyExists, map[string]any{"key": req.NewName}, "there is a key %q already", req.NewName)
	}
	delete(b.keys, req.Name)
	b.keys[req.NewName] = key
	return nodeapi.KeyRenamed{ID: publicKey("", key).ID, Was: req.Name, Now: req.NewName, Overwrite: overwrite}, nil
}

// KeyExport implements server.Keys. It gives what was imported.
func (b *Backend) KeyExport(ctx context.Context, req nodeapi.KeyExportRequest) ([]byte, error) {
	done, err := b.enter(ctx, nodeapi.MethodKeyExport)
	if err != nil {
		return nil, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.key(req.Name)
}

// key is called with mu held.
func (b *Backend) key(name string) ([]byte, error) {
	if err := notSelf(name); err != nil {
		return nil, err
	}
	key := b.keys[name]
	if key == nil {
		return nil, nodeapi.Errorf(nodeapi.CodeNoSuchKey, map[string]any{"key": name}, "there is no key %q", name)
	}
	return key, nil
}
