// Command keys reads keys of libp2p in hex, each with data and what may be a
// signature of it, one a line, and prints what each is good for.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"github.com/libp2p/go-libp2p/core/crypto"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		kind, rest, _ := strings.Cut(lines.Text(), " ")
		var values [3][]byte
		for i, text := range strings.Split(rest, " ") {
			var err error
			if values[i], err = hex.DecodeString(text); err != nil {
				panic(err)
			}
		}
		key, data, signature := values[0], values[1], values[2]
		if kind == "private" {
			fmt.Println(private(key, data))
		} else {
			fmt.Println(public(key, data, signature))
		}
	}
}

// public tells whether a key reads as what it was written as, and what it verifies.
func public(marshaled, data, signature []byte) string {
	key, err := crypto.UnmarshalPublicKey(marshaled)
	if err != nil {
		return "no key"
	}
	again, err := crypto.MarshalPublicKey(key)
	verified, failed := key.Verify(data, signature)
	return fmt.Sprint(int(key.Type()), " ", hex.EncodeToString(again), err, " ", verified, failed != nil)
}

// private tells the same of a private key, and what it signs: one of RSA signs the
// same each time.
func private(marshaled, data []byte) string {
	key, err := crypto.UnmarshalPrivateKey(marshaled)
	if err != nil {
		return "no key"
	}
	again, err := crypto.MarshalPrivateKey(key)
	signature, failed := key.Sign(data)
	return fmt.Sprint(int(key.Type()), " ", hex.EncodeToString(again), err, " ", hex.EncodeToString(signature), failed)
}
