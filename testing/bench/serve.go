package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// serve puts the pages of the systems on the server, and what they are into the
// report.
func serve(server *harness.Server, systems []system, r *report) error {
	server.File("/blank.html", []byte("<!doctype html><title>blank</title>"))
	peers, err := filepath.Abs(filepath.Join(dir, "peers"))
	if err != nil {
		return err
	}
	for _, s := range systems {
		version, err := prepare(server, s, peers)
		if err != nil {
			return err
		}
		if err := serveSystem(server, s, peers); err != nil {
			return err
		}
		r.Versions[s.name], r.Settings[s.name] = version, s.settings
	}
	return nil
}

// prepare sees to it that the system's code is there, and returns its version.
func prepare(server *harness.Server, s system, peers string) (string, error) {
	if s.page != systems[indexOf(ours)].page {
		if err := installPeers(peers); err != nil {
			return "", err
		}
		return versionOfPeer(s, peers)
	}
	dist := s.dist
	if dist == "" {
		var err error
		if dist, err = harness.Dist(); err != nil {
			return "", err
		}
	}
	server.Files(s.path(), os.DirFS(dist))
	return versionOfOurs(dist)
}

// path is where the server has the package.
func (s system) path() string {
	if s.name == before {
		return "/before/"
	}
	return "/dist/"
}

// serveSystem bundles a system's page and worker.
func serveSystem(server *harness.Server, s system, peers string) error {
	page, err := bundle(filepath.Join(dir, s.page), peers, api.FormatESModule)
	if err != nil {
		return err
	}
	server.File("/"+s.name+".js", bytes.ReplaceAll(page, []byte("/dist/"), []byte(s.path())))
	server.File("/"+s.name+".html", fmt.Appendf(nil,
		`<!doctype html><title>%s</title><script type="module" src="%s.js"></script>`, s.title, s.name))
	if s.worker == "" {
		return nil
	}
	worker, err := bundle(filepath.Join(dir, s.worker), peers, api.FormatIIFE)
	if err != nil {
		return err
	}
	server.File("/"+filepath.Base(s.worker), worker)
	return nil
}
