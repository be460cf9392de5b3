package crypto

import (
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"math/big"
)

// The parts of crypto/x509 that keys of RSA need. All of it would link every curve
// and what certificates are made of.

var (
	errNoRSA = errors.New("not an rsa key")
	oidRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
)

// A pkcs1Private is a private key in PKCS #1, of two primes.
type pkcs1Private struct {
	Version      int
	N            *big.Int
	E            int
	D, P, Q      *big.Int
	Dp, Dq, Qinv *big.Int `asn1:"optional"`
}

// A pkcs1Public is a public key in PKCS #1.
type pkcs1Public struct {
	N *big.Int
	E int
}

// A publicKeyInfo is a public key in X.509.
type publicKeyInfo struct {
	Algorithm struct {
		Algorithm  asn1.ObjectIdentifier
		Parameters asn1.RawValue
	}
	Key asn1.BitString
}

// parsePKCS1PrivateKey does what it does in crypto/x509.
func parsePKCS1PrivateKey(der []byte) (*rsa.PrivateKey, error) {
	var k pkcs1Private
	if rest, err := asn1.Unmarshal(der, &k); err != nil {
		return nil, err
	} else if len(rest) > 0 || k.Version != 0 {
		return nil, errNoRSA
	}
	for _, n := range []*big.Int{k.N, k.D, k.P, k.Q, k.Dp, k.Dq, k.Qinv} {
		if n != nil && n.Sign() <= 0 {
			return nil, errNoRSA
		}
	}
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: k.N, E: k.E}, D: k.D, Primes: []*big.Int{k.P, k.Q}}
	key.Precomputed.Dp, key.Precomputed.Dq, key.Precomputed.Qinv = k.Dp, k.Dq, k.Qinv
	key.Precompute()
	return key, key.Validate()
}

// marshalPKCS1PrivateKey does what it does in crypto/x509.
func marshalPKCS1PrivateKey(key *rsa.PrivateKey) ([]byte, error) {
	if len(key.Primes) != 2 {
		return nil, errNoRSA
	}
	key.Precompute()
	return asn1.Marshal(pkcs1Private{
		N: key.N, E: key.E, D: key.D, P: key.Primes[0], Q: key.Primes[1],
		Dp: key.Precomputed.Dp, Dq: key.Precomputed.Dq, Qinv: key.Precomputed.Qinv,
	})
}

// parsePKIXPublicKey does for RSA what it does in crypto/x509.
func parsePKIXPublicKey(der []byte) (*rsa.PublicKey, error) {
	var info publicKeyInfo
	if rest, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	} else if len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidRSA) ||
		string(info.Algorithm.Parameters.FullBytes) != string(asn1.NullBytes) {
		return nil, errNoRSA
	}
	var k pkcs1Public
	if _, err := asn1.Unmarshal(info.Key.RightAlign(), &k); err != nil {
		return nil, err
	} else if k.N.Sign() <= 0 || k.E <= 0 {
		return nil, errNoRSA
	}
	return &rsa.PublicKey{N: k.N, E: k.E}, nil
}

// marshalPKIXPublicKey does for RSA what it does in crypto/x509.
func marshalPKIXPublicKey(key *rsa.PublicKey) ([]byte, error) {
	der, err := asn1.Marshal(pkcs1Public{key.N, key.E})
	if err != nil {
		return nil, err
	}
	info := publicKeyInfo{Key: asn1.BitString{Bytes: der, BitLength: 8 * len(der)}}
	info.Algorithm.Algorithm, info.Algorithm.Parameters = oidRSA, asn1.NullRawValue
	return asn1.Marshal(info)
}
