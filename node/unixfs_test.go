package node_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
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

// TestShardingThreshold wants directories up to 256 KiB, as each profile counts,
// in one block. That their CIDs are right is in the cases compared with Kubo.
func TestShardingThreshold(t *testing.T) {
	for _, c := range directoryCases() {
		n := newNode(t, newConfig())
		var wantBlocks uint64
		switch {
		case strings.HasSuffix(c.name, "threshold"):
			wantBlocks = 2 // the directory and the one file
		case strings.HasSuffix(c.name, "over"):
			wantBlocks = 100 // at least: a root, shards, a file
		default:
			continue
		}
		addCase(t, c, n)
		stat, err := n.RepoStat(t.Context())
		must(t, err)
		if sharded := wantBlocks > 2; stat.NumObjects < wantBlocks || !sharded && stat.NumObjects != wantBlocks {
			t.Errorf("%s: got %d blocks; want %d", c.name, stat.NumObjects, wantBlocks)
		}
	}
}
