package keystore

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/asn1"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// What PBES2 (RFC 8018) is made of.
var (
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidAES128     = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192     = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256     = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
	oidHMACSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidHMACSHA512 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
)

// The cost of a password. Of a key that is read the cost is whatever its writer
// chose, up to what takes a few seconds.
const (
	rounds     = 100_000
	maxRounds  = 2_000_000
	saltLength = 16
)

// encrypted is EncryptedPrivateKeyInfo.
type encrypted struct {
	Algorithm struct {
		Algorithm  asn1.ObjectIdentifier
		Parameters pbes2
	}
	Data []byte
}

type pbes2 struct {
	Derivation struct {
		Algorithm  asn1.ObjectIdentifier
		Parameters pbkdf2Parameters
	}
	Cipher struct {
		Algorithm asn1.ObjectIdentifier
		IV        []byte
	}
}

type pbkdf2Parameters struct {
	Salt      []byte
	Rounds    int
	KeyLength int       `asn1:"optional"`
	Function  algorithm `asn1:"optional"` // HMAC-SHA-1 unless set
}

// encrypt wraps a key that is in PKCS#8.
func encrypt(ctx context.Context, der []byte, password string) ([]byte, error) {
	var e encrypted
	e.Algorithm.Algorithm = oidPBES2
	p := &e.Algorithm.Parameters
	p.Derivation.Algorithm = oidPBKDF2
	p.Derivation.Parameters = pbkdf2Parameters{
		Salt: make([]byte, saltLength), Rounds: rounds, Function: algorithm{oidHMACSHA512, asn1.NullRawValue},
	}
	p.Cipher.Algorithm, p.Cipher.IV = oidAES256, make([]byte, aes.BlockSize)
	_, _ = rand.Read(p.Derivation.Parameters.Salt) // never fails
	_, _ = rand.Read(p.Cipher.IV)
	block, err := p.block(ctx, password)
	if err != nil {
		return nil, err
	}
	padding := aes.BlockSize - len(der)%aes.BlockSize
	e.Data = append(bytes.Clone(der), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, p.Cipher.IV).CryptBlocks(e.Data, e.Data)
	return asn1.Marshal(e)
}

// decrypt unwraps it. That a password is wrong shows by what comes out.
func decrypt(ctx context.Context, der []byte, password string) ([]byte, error) {
	var e encrypted
	if _, err := asn1.Unmarshal(der, &e); err != nil || !e.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, invalidKey("it is not encrypted by PBES2")
	}
	p := &e.Algorithm.Parameters
	if len(e.Data) == 0 || len(e.Data)%aes.BlockSize != 0 || len(p.Cipher.IV) != aes.BlockSize {
		return nil, invalidKey("what is encrypted of it is not whole")
	}
	if password == "" {
		return nil, errWrongPassword
	}
	block, err := p.block(ctx, password)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, p.Cipher.IV).CryptBlocks(e.Data, e.Data)
	padding := int(e.Data[len(e.Data)-1])
	if padding == 0 || padding > aes.BlockSize ||
		!bytes.Equal(e.Data[len(e.Data)-padding:], bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil, errWrongPassword
	}
	clear := e.Data[:len(e.Data)-padding]
	if rest, err := asn1.Unmarshal(clear, new(pkcs8)); err != nil || len(rest) > 0 {
		return nil, errWrongPassword // one wrong password of 256 comes as far
	}
	return clear, nil
}

var errWrongPassword = &nodeapi.Error{Code: nodeapi.CodeWrongPassword, Message: "the password does not open the key"}

// block returns the cipher that the password and p make.
func (p *pbes2) block(ctx context.Context, password string) (cipher.Block, error) {
	d := p.Derivation.Parameters
	if !p.Derivation.Algorithm.Equal(oidPBKDF2) || d.Rounds < 1 || d.Rounds > maxRounds {
		return nil, invalidKey("its password is not turned into a key by PBKDF2 in at most %d rounds", maxRounds)
	}
	length := map[string]int{oidAES128.String(): 16, oidAES192.String(): 24, oidAES256.String(): 32}[p.Cipher.Algorithm.String()]
	if length == 0 {
		return nil, invalidKey("it is not encrypted by AES in CBC mode")
	}
	var function string
	switch oid := d.Function.Algorithm; {
	case len(oid) == 0 || oid.Equal(oidHMACSHA1):
		function = "SHA-1"
	case oid.Equal(oidHMACSHA256):
		function = "SHA-256"
	case oid.Equal(oidHMACSHA512):
		function = "SHA-512"
	default:
		return nil, invalidKey("its password is not turned into a key by SHA-1 or SHA-2")
	}
	key, err := derive(ctx, function, password, d.Salt, d.Rounds, length)
	if err != nil {
		return nil, err
	}
	return aes.NewCipher(key)
}
