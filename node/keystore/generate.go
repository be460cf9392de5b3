package keystore

import (
	"context"
	"crypto/rand"

	"github.com/libp2p/go-libp2p/core/crypto"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The sizes of RSA keys. Others of libp2p take smaller ones for too weak, and
// larger ones make each record that they sign slow to verify.
const defaultBits = 2048

var rsaBits = []uint64{2048, 3072, 4096}

// generate makes a key of a kind, Ed25519 unless set.
func generate(ctx context.Context, kind string, bits uint64) (crypto.PrivKey, error) {
	if bits != 0 && kind != nodeapi.KeyRSA {
		return nil, invalid("size", bits, "only an RSA key has one")
	}
	switch kind {
	case "", nodeapi.KeyEd25519:
		key, _, err := crypto.GenerateEd25519Key(rand.Reader)
		return key, err
	case nodeapi.KeySecp256k1:
		key, _, err := crypto.GenerateSecp256k1Key(rand.Reader)
		return key, err
	case nodeapi.KeyRSA:
		return generateRSA(ctx, bits)
	}
	return nil, invalid("type", kind, "want %q, %q or %q", nodeapi.KeyEd25519, nodeapi.KeyRSA, nodeapi.KeySecp256k1)
}

func generateRSA(ctx context.Context, bits uint64) (crypto.PrivKey, error) {
	if bits == 0 {
		bits = defaultBits
	}
	for _, size := range rsaBits {
		if bits == size {
			der, err := newRSA(ctx, int(bits))
			if err != nil {
				return nil, err
			}
			return decodePKCS8(der)
		}
	}
	return nil, invalid("size", bits, "an RSA key has %d bits", rsaBits)
}
