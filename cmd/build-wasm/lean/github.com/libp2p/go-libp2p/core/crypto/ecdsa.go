package crypto

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"

	pb "github.com/libp2p/go-libp2p/core/crypto/pb"
)

// Keys of ECDSA are those of other peers here: a node has one of another kind, and
// imports none. So signatures are verified, which is left to the browser, and
// nothing is signed.

// ErrNotECDSAPubKey is returned for what is no public key of ECDSA, or one of a
// curve that browsers do not have.
var ErrNotECDSAPubKey = errors.New("not an ecdsa public key, or not one of P-256, P-384 or P-521")

var errNoPrivate = errors.New("private keys of ecdsa are not supported")

// An ecdsaCurve is one of those that browsers have.
type ecdsaCurve struct {
	name   string // as WebCrypto has it
	header []byte // of a key in X.509, up to its point
	size   int    // of a number, in bytes
}

// In DER, the one way to write them.
var ecdsaCurves = []ecdsaCurve{
	{"P-256", []byte("\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"), 32},
	{"P-384", []byte("\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"), 48},
	{"P-521", []byte("\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00"), 66},
}

// uncompressed begins a point that has both its numbers.
const uncompressed = 4

// ECDSAPublicKey is a public key: a point on a curve.
type ECDSAPublicKey struct {
	curve ecdsaCurve
	point []byte
}

// UnmarshalECDSAPublicKey reads a key in X.509. Whether its point is on the curve
// is known when it verifies.
func UnmarshalECDSAPublicKey(data []byte) (PubKey, error) {
	for _, curve := range ecdsaCurves {
		point, ok := bytes.CutPrefix(data, curve.header)
		if ok && len(point) == 1+2*curve.size && point[0] == uncompressed {
			return &ECDSAPublicKey{curve, bytes.Clone(point)}, nil
		}
	}
	return nil, ErrNotECDSAPubKey
}

// Type returns the kind of key.
func (k *ECDSAPublicKey) Type() pb.KeyType { return pb.KeyType_ECDSA }

// Raw returns the key in X.509.
func (k *ECDSAPublicKey) Raw() ([]byte, error) {
	return append(bytes.Clone(k.curve.header), k.point...), nil
}

// Equals compares it to another.
func (k *ECDSAPublicKey) Equals(other Key) bool { return basicEquals(k, other) }

// Verify tells whether the data was signed by the key, in ASN.1.
func (k *ECDSAPublicKey) Verify(data, signature []byte) (bool, error) {
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(signature, &numbers); err != nil {
		return false, err
	}
	size := k.curve.size
	for _, n := range []*big.Int{numbers.R, numbers.S} {
		if n.Sign() <= 0 || n.BitLen() > 8*size {
			return false, nil
		}
	}
	both := make([]byte, 2*size)
	numbers.R.FillBytes(both[:size])
	numbers.S.FillBytes(both[size:])
	return k.verify(data, both)
}

// GenerateECDSAKeyPair is not supported.
func GenerateECDSAKeyPair(io.Reader) (PrivKey, PubKey, error) { return nil, nil, errNoPrivate }

// UnmarshalECDSAPrivateKey is not supported.
func UnmarshalECDSAPrivateKey([]byte) (PrivKey, error) { return nil, errNoPrivate }
