//go:build !js

package p2p

import (
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// FuzzAnswer has answers of a DNS server read or refused.
func FuzzAnswer(f *testing.F) {
	question, err := packQuestion(dnsKey{"example.com.", dnsmessage.TypeTXT})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(question)
	f.Add([]byte{0, 0, 0x80, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, answer []byte) {
		records, _, err := readAnswer(answer, dnsmessage.TypeTXT)
		if err != nil && records != nil || len(records) > dohMaxValues {
			t.Errorf("got %d records, error %v", len(records), err)
		}
	})
}
