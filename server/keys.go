package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxKey is the most bytes of a private key: of an RSA key as PEM it is a few
// thousand.
const maxKey = 16 << 10

// maxSecret is the most bytes of a password or a token.
const maxSecret = 4 << 10

func keyGen(ctx context.Context, b Keys, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.KeyGenRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkKeyName("name", req.Name); err != nil {
		return nil, err
	}
	return b.KeyGen(ctx, req)
}

func keyList(ctx context.Context, b Keys, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.KeyListRequest](call)
	if err != nil {
		return nil, err
	}
	keys, err := b.KeyList(ctx, req)
	if err != nil {
		return nil, err
	}
	return sendAll(call, keys)
}

func keyRemove(ctx context.Context, b Keys, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.KeyRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkKeyName("name", req.Name); err != nil {
		return nil, err
	}
	return b.KeyRemove(ctx, req)
}

func keyRename(ctx context.Context, b Keys, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.KeyRenameRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkKeyName("name", req.Name); err != nil {
		return nil, err
	}
	if err := checkKeyName("newName", req.NewName); err != nil {
		return nil, err
	}
	return b.KeyRename(ctx, req)
}

func keyImport(ctx context.Context, b Keys, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.KeyImportRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkKeyName("name", req.Name); err != nil {
		return nil, err
	}
	if err := checkSecret("password", req.Password); err != nil {
		return nil, err
	}
	if size := len(req.Key); size == 0 || size > maxKey {
		return nil, nodeapi.Errorf(nodeapi.CodeInvalidKey, nil, "a key of %d bytes; want 1 to %d", size, maxKey)
	}
	return b.KeyImport(ctx, req)
}

func keyExport(ctx context.Context, b Keys, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.KeyExportRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkKeyName("name", req.Name); err != nil {
		return nil, err
	}
	if err := checkSecret("password", req.Password); err != nil {
		return nil, err
	}
	key, err := b.KeyExport(ctx, req)
	return nodeapi.KeyExported{Key: key}, err
}

// checkKeyName refuses a name that is not there, or too long.
func checkKeyName(option, name string) error {
	if name == "" {
		return invalidOption(option, name, "has no name")
	}
	return checkName(option, name)
}

// checkSecret refuses a secret that is too long, without telling it.
func checkSecret(option, secret string) error {
	if len(secret) > maxSecret {
		return invalidOption(option, nil, "has %d bytes; the most is %d", len(secret), maxSecret)
	}
	return nil
}
