package keystore

import (
	"crypto/ed25519"
	"encoding/asn1"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/crypto/pb"
)

// The kinds of keys by their numbers in PKCS#8 (RFC 5958): RFC 8017, RFC 8410 and
// RFC 5480 with the curve of SEC 2.
var (
	oidRSA       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidEd25519   = asn1.ObjectIdentifier{1, 3, 101, 112}
	oidEC        = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidSecp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}
)

// algorithm is AlgorithmIdentifier.
type algorithm struct {
	Algorithm  asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// pkcs8 is OneAsymmetricKey. Attributes, and the public key, are passed over.
type pkcs8 struct {
	Version    int
	Algorithm  algorithm
	PrivateKey []byte
}

// ecKey is ECPrivateKey (RFC 5915), likewise.
type ecKey struct {
	Version    int
	PrivateKey []byte
}

// encodePKCS8 writes a key without package x509, which knows no secp256k1 and
// would cost more to download than the rest of this package.
func encodePKCS8(key crypto.PrivKey) ([]byte, error) {
	raw, err := key.Raw()
	if err != nil {
		return nil, err
	}
	var p pkcs8
	switch key.Type() {
	case pb.KeyType_RSA: // raw is RSAPrivateKey
		p.Algorithm = algorithm{oidRSA, asn1.NullRawValue}
		p.PrivateKey = raw
	case pb.KeyType_Ed25519: // raw is the seed, and the public key
		p.Algorithm.Algorithm = oidEd25519
		p.PrivateKey, err = asn1.Marshal(raw[:ed25519.SeedSize])
	case pb.KeyType_Secp256k1:
		var curve []byte
		if curve, err = asn1.Marshal(oidSecp256k1); err != nil {
			return nil, err
		}
		p.Algorithm = algorithm{oidEC, asn1.RawValue{FullBytes: curve}}
		p.PrivateKey, err = asn1.Marshal(ecKey{1, raw})
	default:
		return nil, invalidKey("PKCS#8 is not written for its kind")
	}
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(p)
}

// decodePKCS8 reads a key that encodePKCS8, or another program, wrote.
func decodePKCS8(der []byte) (crypto.PrivKey, error) {
	var p pkcs8
	if _, err := asn1.Unmarshal(der, &p); err != nil {
		return nil, invalidKey("it is not PKCS#8: %w", err)
	}
	var key crypto.PrivKey
	var err error
	switch oid := p.Algorithm.Algorithm; {
	case oid.Equal(oidRSA):
		key, err = crypto.UnmarshalRsaPrivateKey(p.PrivateKey)
	case oid.Equal(oidEd25519):
		key, err = decodeEd25519(p.PrivateKey)
	case oid.Equal(oidEC) && isSecp256k1(p.Algorithm.Parameters.FullBytes):
		key, err = decodeEC(p.PrivateKey)
	default:
		return nil, invalidKey("it is neither RSA nor Ed25519 nor secp256k1")
	}
	if err != nil {
		return nil, invalidKey("its numbers cannot be read: %w", err)
	}
	return key, checkKey(key)
}

func decodeEd25519(der []byte) (crypto.PrivKey, error) {
	var seed []byte
	if rest, err := asn1.Unmarshal(der, &seed); err != nil || len(rest) > 0 || len(seed) != ed25519.SeedSize {
		return nil, invalidKey("it is no Ed25519 key")
	}
	return crypto.UnmarshalEd25519PrivateKey(ed25519.NewKeyFromSeed(seed))
}

func decodeEC(der []byte) (crypto.PrivKey, error) {
	var k ecKey
	if _, err := asn1.Unmarshal(der, &k); err != nil {
		return nil, err
	}
	return crypto.UnmarshalSecp256k1PrivateKey(k.PrivateKey)
}

func isSecp256k1(parameters []byte) bool {
	var curve asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(parameters, &curve)
	return err == nil && len(rest) == 0 && curve.Equal(oidSecp256k1)
}

// checkKey refuses keys of kinds that gen does not make: those of ECDSA.
func checkKey(key crypto.PrivKey) error {
	switch key.Type() {
	case pb.KeyType_RSA, pb.KeyType_Ed25519, pb.KeyType_Secp256k1:
		return nil
	}
	return invalidKey("it is neither RSA nor Ed25519 nor secp256k1")
}
