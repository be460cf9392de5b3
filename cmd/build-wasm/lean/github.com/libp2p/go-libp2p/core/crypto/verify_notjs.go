//go:build !js

package crypto

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"fmt"
	"math/big"
)

// verify verifies a signature, both its numbers, where tests run.
func (k *ECDSAPublicKey) verify(data, signature []byte) (bool, error) {
	curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[k.curve.name]
	key, err := ecdsa.ParseUncompressedPublicKey(curve, k.point)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrNotECDSAPubKey, err)
	}
	hash := sha256.Sum256(data)
	number := func(b []byte) *big.Int { return new(big.Int).SetBytes(b) }
	return ecdsa.Verify(key, hash[:], number(signature[:k.curve.size]), number(signature[k.curve.size:])), nil
}
