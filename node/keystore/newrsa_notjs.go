//go:build !js

package keystore

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
)

// newRSA makes an RSA key, and returns it as PKCS#8.
func newRSA(_ context.Context, bits int) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKCS8PrivateKey(key)
}
