package wasmbuild

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	pb "github.com/libp2p/go-libp2p/core/crypto/pb"
	"google.golang.org/protobuf/proto"
)

// A keyLine is one that testdata/keys takes, and what it should say.
type keyLine struct {
	name, kind           string
	key, data, signature []byte
	want                 string
}

// TestLeanKeys has the node's code verify and sign in Node.js, with WebCrypto where
// it is ECDSA, and compares that with libp2p's own.
func TestLeanKeys(t *testing.T) {
	t.Parallel()
	b := inNode(t, "keys", true)
	lines := append(ecdsaLines(t), rsaLines(t)...)
	var input strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&input, "%s %x %x %x\n", l.kind, l.key, l.data, l.signature)
	}
	out, code := b.run(t, input.String())
	got := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(got) != len(lines) {
		t.Fatalf("got exit code %d and %d lines; want %d\n%s", code, len(got), len(lines), out)
	}
	for i, l := range lines {
		if got[i] != l.want {
			t.Errorf("%s: got\n%s\nwant\n%s", l.name, got[i], l.want)
		}
	}
}

// verifying returns a line whose answer is that of libp2p itself.
func verifying(t *testing.T, name string, typ pb.KeyType, raw, data, signature []byte) keyLine {
	t.Helper()
	l := keyLine{name: name, kind: "public", key: marshaledKey(t, typ, raw), data: data, signature: signature, want: "no key"}
	if key, err := crypto.UnmarshalPublicKey(l.key); err == nil {
		again, err := crypto.MarshalPublicKey(key)
		verified, failed := key.Verify(data, signature)
		l.want = fmt.Sprint(int(typ), " ", hex.EncodeToString(again), err, " ", verified, failed != nil)
	}
	return l
}

func marshaledKey(t *testing.T, typ pb.KeyType, raw []byte) []byte {
	t.Helper()
	key, err := proto.Marshal(&pb.PublicKey{Type: &typ, Data: raw}) // a private one has the same fields
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ecdsaLines(t *testing.T) []keyLine {
	t.Helper()
	data := []byte("some data")
	var lines []keyLine
	add := func(name string, raw, signature []byte) {
		lines = append(lines, verifying(t, name, pb.KeyType_ECDSA, raw, data, signature))
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		private, public, err := crypto.GenerateECDSAKeyPairWithCurve(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := public.Raw()
		if err != nil {
			t.Fatal(err)
		}
		name := curve.Params().Name
		for i := range 20 { // numbers of several lengths
			data = fmt.Appendf(nil, "data %d", i)
			good, err := private.Sign(data)
			if err != nil {
				t.Fatal(err)
			}
			add(name, raw, good)
			bad := bytes.Clone(good)
			bad[len(bad)-1]++
			add(name+" with another signature", raw, bad)
			add(name+" with more after the signature", raw, append(bad, 1))
			add(name+" with a signature cut off", raw, good[:len(good)-1])
		}
		add(name+" cut off", raw[:len(raw)-1], nil)
		add(name+" and more", append(bytes.Clone(raw), 0), nil)
		add(name+" in another form", bytes.Replace(raw, []byte{0, 4}, []byte{0, 3}, 1), nil)
		for _, numbers := range [][2]*big.Int{
			{big.NewInt(0), big.NewInt(1)},
			{big.NewInt(1), big.NewInt(0)},
			{big.NewInt(-1), big.NewInt(1)},
			{curve.Params().N, big.NewInt(1)},
			{big.NewInt(1), new(big.Int).Lsh(curve.Params().N, 16)},
		} {
			signature, err := asn1.Marshal(crypto.ECDSASig{R: numbers[0], S: numbers[1]})
			if err != nil {
				t.Fatal(err)
			}
			add(fmt.Sprint(name, " with ", numbers), raw, signature)
		}
		// Off the curve, which is not known before it should verify.
		signature, err := private.Sign(data)
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)-1] ^= 1
		key := marshaledKey(t, pb.KeyType_ECDSA, raw)
		lines = append(lines, keyLine{
			name + " off the curve", "public", key, data, signature,
			fmt.Sprintf("%d %x<nil> false true", pb.KeyType_ECDSA, key),
		})
	}
	key, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader) // which browsers do not have
	if err != nil {
		t.Fatal(err)
	}
	_, public, err := crypto.ECDSAKeyPairFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := public.Raw()
	if err != nil {
		t.Fatal(err)
	}
	lines = append(lines, keyLine{"P-224", "public", marshaledKey(t, pb.KeyType_ECDSA, raw), data, data, "no key"})
	return lines
}

func rsaLines(t *testing.T) []keyLine {
	t.Helper()
	data := []byte("some data")
	private, public, err := crypto.GenerateRSAKeyPair(2048, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := private.Sign(data)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := public.Raw()
	if err != nil {
		t.Fatal(err)
	}
	var lines []keyLine
	add := func(name string, raw, signature []byte) {
		lines = append(lines, verifying(t, name, pb.KeyType_RSA, raw, data, signature))
	}
	add("RSA", raw, signature)
	add("RSA with another signature", raw, append([]byte{1}, signature[1:]...))
	add("RSA and more", append(bytes.Clone(raw), 0), signature)
	for at := range raw[:40] { // what is around the numbers
		changed := bytes.Clone(raw)
		changed[at] ^= 1
		add(fmt.Sprintf("RSA with byte %d changed", at), changed, signature)
	}
	secret, err := private.Raw()
	if err != nil {
		t.Fatal(err)
	}
	key := marshaledKey(t, pb.KeyType_RSA, secret)
	lines = append(lines, keyLine{
		"a private key of RSA", "private", key, data, data, fmt.Sprintf("%d %x<nil> %x<nil>", pb.KeyType_RSA, key, signature),
	})
	for _, at := range []int{0, 1, 5, 6, 20, len(secret) - 1} {
		changed := bytes.Clone(secret)
		changed[at] ^= 1
		lines = append(lines, keyLine{
			fmt.Sprintf("a private key of RSA with byte %d changed", at), "private",
			marshaledKey(t, pb.KeyType_RSA, changed), data, data, "no key",
		})
	}
	return lines
}
