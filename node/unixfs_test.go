package node_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// noise returns n bytes that are the same in each run.
func noise(n int) []byte {
	data := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(data)
	return data
}

// TestProfiles holds the fixtures of IPIP-499.
func TestProfiles(t *testing.T) {
	n := newNode(t, newConfig())
	for _, test := range []struct{ profile, want string }{
		{"", "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"},
		{"unixfs-v1-2025", "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"},
		{"unixfs-v0-2015", "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD"},
	} {
		got := addFile(t, n, nodeapi.AddOptions{Profile: test.profile}, []byte("hello world"))
		if got.String() != test.want {
			t.Errorf("profile %q: got %s; want %s", test.profile, got, test.want)
		}
		if data := cat(t, n, got.String()); string(data) != "hello world" {
			t.Errorf("profile %q: cat gave %q", test.profile, data)
		}
	}
}

func TestAddCat(t *testing.T) {
	n := newNode(t, newConfig())
	for _, size := range []int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 5<<20 + 7} {
		for _, profile := range []string{"unixfs-v1-2025", "unixfs-v0-2015"} {
			data := noise(size)
			c := addFile(t, n, nodeapi.AddOptions{Profile: profile}, data)
			if got := cat(t, n, c.String()); !bytes.Equal(got, data) {
				t.Errorf("%s, %d bytes: cat gave %d other bytes", profile, size, len(got))
			}
		}
	}
}
