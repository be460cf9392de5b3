package arch

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/sharednode/sharednode/"

// A layer is a package that must not reach others, not even through a third.
// An entry of cannot that ends in "/" stands for all below it.
type layer struct {
	pkg    string
	cannot []string
	why    string
}

var layers = []layer{
	{
		pkg: "messageport",
		cannot: []string{
			module + "messageport/nodeapi", module + "node", module + "server", module + "client",
			module + "blockstore", "github.com/ipfs/", "github.com/libp2p/",
		},
		why: "it carries calls and does not know what they mean",
	},
	{
		pkg: "messageport/nodeapi",
		cannot: []string{
			module + "messageport", module + "node", module + "server", module + "client",
			"github.com/ipfs/boxo/", "github.com/libp2p/go-libp2p/", "github.com/ipld/go-ipld-prime/",
		},
		why: "it is the vocabulary that the clients link, and they must stay small",
	},
	{
		pkg: "client",
		cannot: []string{
			module + "node", module + "server", module + "blockstore",
			"github.com/ipfs/boxo/", "github.com/libp2p/go-libp2p/", "github.com/ipld/go-ipld-prime/", "net/http",
		},
		why: "apps link it into their own wasm; the node stays in the worker",
	},
	{
		pkg: "server",
		cannot: []string{
			module + "node", module + "client", module + "blockstore",
			"github.com/ipfs/boxo/", "github.com/libp2p/go-libp2p/",
		},
		why: "it serves the Backend interface that it owns, whatever is behind it",
	},
	{
		pkg: "blockstore",
		cannot: []string{
			module + "messageport", module + "node", module + "server", module + "client",
			"github.com/libp2p/go-libp2p/",
		},
		why: "a store knows blocks and keys, and nothing of nodes or ports",
	},
	{
		pkg: "node",
		cannot: []string{
			module + "blockstore", module + "messageport", module + "server", module + "client",
		},
		why: "it is given its store and knows no ports",
	},
}

// TestLayers asks the go command what each layer links, in a browser and
// natively.
func TestLayers(t *testing.T) {
	for _, target := range targets {
		for _, l := range layers {
			t.Run(target.goos+"/"+l.pkg, func(t *testing.T) {
				t.Parallel()
				if _, err := os.Stat("../../" + l.pkg); err != nil {
					t.Fatalf("the layer %s is gone: %v", l.pkg, err)
				}
				for _, dep := range target.goList(t, "-deps", module+l.pkg) {
					for _, pattern := range l.cannot {
						if matches(dep, pattern) {
							t.Errorf("%s reaches %s: %s", l.pkg, dep, l.why)
						}
					}
				}
			})
		}
	}
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pkg, pattern string
		want         bool
	}{
		{"a/b", "a/b", true},
		{"a/b/c", "a/b", false},
		{"a/bc", "a/b", false},
		{"a/b/c", "a/b/", true},
		{"a/b", "a/b/", true},
		{"a/bc", "a/b/", false},
	} {
		if got := matches(test.pkg, test.pattern); got != test.want {
			t.Errorf("matches(%q, %q): got %v; want %v", test.pkg, test.pattern, got, test.want)
		}
	}
}

func matches(pkg, pattern string) bool {
	root, below := strings.CutSuffix(pattern, "/")
	return pkg == root || below && strings.HasPrefix(pkg, pattern)
}

// A target is what the project is built for.
type target struct{ goos, goarch string }

var targets = []target{{"linux", "amd64"}, {"js", "wasm"}}

// goList returns the import paths that go list prints for args.
func (tgt target) goList(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS="+tgt.goos, "GOARCH="+tgt.goarch)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.Fields(string(out))
}
