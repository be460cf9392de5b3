//go:build !js

package client_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// forbidden has what a program that links the client must not come to link, and
// why. A page links the client to have a small download: the node is the worker's.
var forbidden = map[string]string{
	"github.com/ipfs/boxo":                        "it is the node that knows how blocks are stored and joined",
	"github.com/libp2p/":                          "it is the node that talks to peers",
	"github.com/ipfs/go-ipld-format":              "it brings the interfaces of the node's DAG along",
	"github.com/sharednode/sharednode/server":     "it is the other end of the port",
	"github.com/sharednode/sharednode/node":       "it is the other end of the port",
	"github.com/sharednode/sharednode/blockstore": "it is the other end of the port",
	"net/http": "it is 2 MB, and a port needs none of it",
}

func TestClientLinksNoNode(t *testing.T) {
	for _, target := range [][2]string{{"linux", "amd64"}, {"js", "wasm"}} {
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
		list.Env = append(os.Environ(), "GOOS="+target[0], "GOARCH="+target[1])
		out, err := list.Output()
		if err != nil {
			t.Fatalf("go list for %v: %v", target, err)
		}
		for dep := range strings.Lines(string(out)) {
			for prefix, why := range forbidden {
				if strings.HasPrefix(dep, prefix) {
					t.Errorf("for %v the client links %s: %s", target, strings.TrimSpace(dep), why)
				}
			}
		}
	}
}
