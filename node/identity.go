package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	ds "github.com/ipfs/go-datastore"
	"github.com/libp2p/go-libp2p/core/crypto"
)

// identityKey holds the private key in libp2p's protobuf encoding.
var identityKey = ds.NewKey("/identity/private")

// loadIdentity returns the repo's key, and makes one if the repo has none. A
// key that cannot be read is an error: a new one in its place would be another
// identity.
func loadIdentity(ctx context.Context, d ds.Datastore) (crypto.PrivKey, error) {
	stored, err := d.Get(ctx, identityKey)
	if errors.Is(err, ds.ErrNotFound) {
		return makeIdentity(ctx, d)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the identity: %w", err)
	}
	key, err := crypto.UnmarshalPrivateKey(stored)
	if err != nil {
		return nil, corrupt(fmt.Errorf("the repo's identity cannot be read: %w", err))
	}
	return key, nil
}

func makeIdentity(ctx context.Context, d ds.Datastore) (crypto.PrivKey, error) {
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making an identity: %w", err)
	}
	encoded, err := crypto.MarshalPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding the identity: %w", err)
	}
	if err := putDurably(ctx, d, identityKey, encoded); err != nil {
		return nil, fmt.Errorf("keeping the identity: %w", err)
	}
	return key, nil
}

func putDurably(ctx context.Context, d ds.Datastore, key ds.Key, value []byte) error {
	if err := d.Put(ctx, key, value); err != nil {
		return err
	}
	return d.Sync(ctx, key)
}
