//go:build !js

package node_test

import (
	"context"
	"io"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// byPath are the calls that take a path, each with what is found there: the file
// "a" in the directory that a name points at.
var byPath = map[string]func(ctx context.Context, n *node.Node, path string) error{
	"cat": func(ctx context.Context, n *node.Node, path string) error {
		r, err := n.Cat(ctx, nodeapi.CatRequest{Path: path})
		return drain(r, err)
	},
	"get": func(ctx context.Context, n *node.Node, path string) error {
		r, err := n.Get(ctx, nodeapi.GetRequest{Path: path})
		return drain(r, err)
	},
	"ls": func(ctx context.Context, n *node.Node, path string) error {
		for _, err := range n.List(ctx, path) {
			if err != nil {
				return err
			}
		}
		return nil
	},
	"dag.resolve": func(ctx context.Context, n *node.Node, path string) error {
		_, err := n.DAGResolve(ctx, path)
		return err
	},
	"dag.export": func(ctx context.Context, n *node.Node, path string) error {
		r, err := n.DAGExport(ctx, path)
		return drain(r, err)
	},
	"dag.stat": func(ctx context.Context, n *node.Node, path string) error {
		_, err := n.DAGStat(ctx, []string{path})
		return err
	},
	"resolve": func(ctx context.Context, n *node.Node, path string) error {
		_, err := n.Resolve(ctx, nodeapi.ResolveRequest{Name: path})
		return err
	},
	"refs": func(ctx context.Context, n *node.Node, path string) error {
		for _, err := range n.Refs(ctx, nodeapi.RefsRequest{Paths: []string{path}}) {
			if err != nil {
				return err
			}
		}
		return nil
	},
	"pin.add": func(ctx context.Context, n *node.Node, path string) error {
		_, err := n.PinAdd(ctx, nodeapi.PinAddRequest{Path: path})
		return err
	},
}

func drain(r io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}

func TestPathsOfNames(t *testing.T) {
	n := newNode(t, newConfig())
	added := add(t, n, nodeapi.AddOptions{}, file("d/a", []byte("hello")))
	root := added[len(added)-1].Cid
	published, err := n.NamePublish(t.Context(), nodeapi.NamePublishRequest{Value: root.String(), AllowOffline: true})
	must(t, err)
	name := "/ipns/" + published.Name
	for call, do := range byPath {
		if err := do(t.Context(), n, name+"/a"); err != nil {
			t.Errorf("%s of a path in what a name points at: %v", call, err)
		}
		err := do(t.Context(), n, name+"/b")
		wantCode(t, call+" of what is not there", err, nodeapi.CodeNoLink, "path", name+"/b", "cid", root.String(), "link", "b")
		wantCode(t, call+" of no name", do(t.Context(), n, "/ipns/x"), nodeapi.CodeInvalidName, "value", "x")
		other := "/ipns/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"
		wantCode(t, call+" of a name that nobody published", do(t.Context(), n, other), nodeapi.CodeNameNotFound)
	}
	if data := cat(t, n, name+"/a"); string(data) != "hello" {
		t.Errorf("cat: got %q; want what the name leads to", data)
	}
	data, err := tryGet(t, n, nodeapi.GetRequest{Path: name})
	must(t, err)
	if got := untar(t, data); got[published.Name+"/a"] != "hello" {
		t.Errorf("get: got %v; want what the name leads to, under the name", got)
	}
}

// Offline names are looked for in the repo alone, and domains nowhere.
func TestPathsOfNamesOffline(t *testing.T) {
	cfg := dialOnlyConfig()
	records := map[string][]string{}
	dns, asked := dohServer(t, records)
	cfg.DNS = dns
	n := newNode(t, cfg)
	root := addFile(t, n, nodeapi.AddOptions{}, []byte("hello"))
	records["_dnslink.site.example."] = []string{"dnslink=/ipfs/" + root.String()}
	offline := nodeapi.WithOffline(t.Context())
	for call, do := range byPath {
		wantCode(t, call+" of a domain, offline", do(offline, n, "/ipns/site.example"), nodeapi.CodeNameNotFound)
	}
	if got := asked.Load(); got != 0 {
		t.Errorf("%d questions were asked offline", got)
	}
	if data := cat(t, n, "/ipns/site.example"); string(data) != "hello" {
		t.Errorf("got %q; want what the domain links to", data)
	}
}
