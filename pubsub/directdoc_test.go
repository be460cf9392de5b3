package pubsub

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

// Two peers, as they are written and as they are.
const (
	peerText1 = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN"
	peerText2 = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"
)

func testPeers(t testing.TB) (a, b peer.ID) {
	t.Helper()
	a, err := peer.Decode(peerText1)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = peer.Decode(peerText2); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func TestDirectDocument(t *testing.T) {
	from, to := testPeers(t)
	m := &directMessage{from: from, to: to, topics: []string{"room"}, session: "s", toSession: "t", data: []byte{0, 0xff}}
	doc, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"to":"` + peerText2 + `","from":"` + peerText1 + `","data":"00ff","seqno":"00",` +
		`"topic":"room","topicIDs":["room"],"topicCIDs":["room"],"session":"s","toSession":"t"}`
	if string(doc) != want {
		t.Errorf("got  %s\nwant %s", doc, want)
	}
	got, err := decodeDirect(doc, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if string(got.data) != string(m.data) || got.session != "s" || got.toSession != "t" || !slices.Equal(got.topics, m.topics) {
		t.Errorf("got %+v; want %+v", got, m)
	}
	large := &directMessage{
		from: from, to: to, topics: []string{strings.Repeat("<", MaxTopic)}, data: make([]byte, MaxMessage),
		session: strings.Repeat("<", maxSession), toSession: strings.Repeat("<", maxSession),
	}
	if doc, _ := large.encode(); len(doc) > 2*MaxMessage+documentOverhead {
		t.Errorf("a document of %d bytes; no more than %d were thought possible", len(doc), 2*MaxMessage+documentOverhead)
	}
}

// What the versions of ipfs-pubsub-room write.
func TestDecodeDirect(t *testing.T) {
	from, to := testPeers(t)
	ends := `"to":"` + peerText2 + `","from":"` + peerText1 + `"`
	for _, tt := range []struct {
		name, doc string
		topics    []string
		data      string
	}{
		{"1.4 and 2.x", `{` + ends + `,"data":"6869","seqno":"00","topicIDs":["room"],"topicCIDs":["room"]}`, []string{"room"}, "hi"},
		{"3.x", `{` + ends + `,"data":"6869","seqno":"0","topic":"room"}`, []string{"room"}, "hi"},
		{"a number as seqno", `{` + ends + `,"data":"","seqno":0,"topic":"room"}`, []string{"room"}, ""},
		{"several topics", `{` + ends + `,"data":"","topic":"b","topicIDs":["a","b","a",""]}`, []string{"b", "a"}, ""},
		{"upper case", `{` + ends + `,"data":"6A","topic":"room"}`, []string{"room"}, "j"},
		{"peer ids as CIDs", `{"to":"` + peer.ToCid(to).String() + `","from":"` + peer.ToCid(from).String() + `","data":"","topic":"room"}`, []string{"room"}, ""},
	} {
		m, err := decodeDirect([]byte(tt.doc), from, to)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if !slices.Equal(m.topics, tt.topics) || string(m.data) != tt.data || m.from != from {
			t.Errorf("%s: got %+v", tt.name, m)
		}
	}
}

func TestDecodeBadDirect(t *testing.T) {
	from, to := testPeers(t)
	ends := `"to":"` + peerText2 + `","from":"` + peerText1 + `"`
	var many []string
	for range maxDocumentTopics + 1 {
		many = append(many, strings.Repeat("x", len(many)+1))
	}
	topics, _ := json.Marshal(many)
	if m, err := decodeDirect([]byte(`{`+ends+`,"data":"","topicIDs":`+string(topics)+`}`), from, to); err != nil || len(m.topics) != maxDocumentTopics {
		t.Errorf("of many topics: %v, %v", m, err)
	}
	for _, tt := range []struct {
		name, doc string
		err       error // nil for any
	}{
		{"no JSON", `{]`, nil},
		{"a forged sender", `{"to":"` + peerText2 + `","from":"` + peerText2 + `","data":"","topic":"room"}`, errForged},
		{"no sender", `{"to":"` + peerText2 + `","data":"","topic":"room"}`, errForged},
		{"a sender of another type", `{"to":"` + peerText2 + `","from":{"id":"` + peerText1 + `"},"data":"","topic":"room"}`, nil},
		{"another recipient", `{"to":"` + peerText1 + `","from":"` + peerText1 + `","data":"","topic":"room"}`, errMisrouted},
		{"no topic", `{` + ends + `,"data":""}`, errNoTopic},
		{"topics of another type", `{` + ends + `,"data":"","topicIDs":"room"}`, nil},
		{"data that is not hex", `{` + ends + `,"data":"hi","topic":"room"}`, nil},
		{"half a byte", `{` + ends + `,"data":"0","topic":"room"}`, nil},
		{"a session with a space", `{` + ends + `,"data":"","topic":"room","session":"a b"}`, errBadSession},
		{"a long session", `{` + ends + `,"data":"","topic":"room","toSession":"` + strings.Repeat("x", maxSession+1) + `"}`, errBadSession},
	} {
		if m, err := decodeDirect([]byte(tt.doc), from, to); err == nil || tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%s: got %v, %v; want %v", tt.name, m, err, tt.err)
		}
	}
}
