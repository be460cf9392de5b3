//go:build !js

package keystore

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// derive makes a key of a password, by PBKDF2 with the HMAC of a function.
func derive(_ context.Context, function, password string, salt []byte, rounds, length int) ([]byte, error) {
	functions := map[string]func() hash.Hash{"SHA-1": sha1.New, "SHA-256": sha256.New, "SHA-512": sha512.New}
	return pbkdf2.Key(functions[function], password, salt, rounds, length)
}
