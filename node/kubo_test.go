package node_test

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // goldenText
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

var update = flag.Bool("update", false, "write what Kubo answers to testdata/kubo.json")

const goldenFile = "testdata/kubo.json"

//go:embed testdata/kubo.json
var goldenText []byte

// A kuboCase is an add that Kubo makes too.
type kuboCase struct {
	name    string
	profile string
	args    []string // of "ipfs add"
	opts    nodeapi.AddOptions
	entries []diskEntry
	archive bool // whether the archives are compared too: of what has times
	listing bool // whether the listings are
}

// A diskEntry is what is added, as it is on disk. A single one with no path is
// added by itself, others as the directory "d".
type diskEntry struct {
	path  string
	dir   bool
	data  []byte
	mode  uint32
	mtime int64
}

// TestKuboGolden wants the CIDs that Kubo gave when testdata was written.
func TestKuboGolden(t *testing.T) {
	golden := readGolden(t)
	for _, c := range kuboCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want, known := golden[c.name]
			if !known {
				t.Fatalf("%s has no answer of Kubo's; run with -update and SHAREDNODE_KUBO", goldenFile)
			}
			if got := addCase(t, c, newNode(t, newConfig())); got != want {
				t.Errorf("got %s; Kubo has %s", got, want)
			}
		})
	}
}

// TestKubo wants the CIDs that Kubo gives.
func TestKubo(t *testing.T) {
	kubo := os.Getenv("SHAREDNODE_KUBO")
	if kubo == "" {
		t.Skip("SHAREDNODE_KUBO does not name a Kubo binary")
	}
	repos := map[string]string{}
	for _, profile := range []string{"unixfs-v1-2025", "unixfs-v0-2015"} {
		repos[profile] = t.TempDir()
		runKubo(t, kubo, repos[profile], "init", "--profile=test,"+profile)
	}
	golden := map[string]string{}
	for _, c := range kuboCases() {
		t.Run(c.name, func(t *testing.T) {
			want := addToKubo(t, kubo, repos[c.profile], c)
			if got := addCase(t, c, newNode(t, newConfig())); got != want {
				t.Errorf("got %s; Kubo says %s", got, want)
			}
			golden[c.name] = want
		})
	}
	if *update {
		writeGolden(t, golden)
	}
}

// addCase returns the root's CID and, if wanted, the hashes of its archive and of its
// listing.
func addCase(t *testing.T, c kuboCase, n *node.Node) string {
	t.Helper()
	c.opts.Profile = c.profile
	var entries []nodeapi.AddEntry
	for _, e := range c.entries {
		h := nodeapi.FileHeader{Path: strings.TrimSuffix("d/"+e.path, "/"), Dir: e.dir}
		if len(c.entries) == 1 && e.path == "" && !e.dir {
			h.Path = ""
		}
		if e.mode != 0 {
			h.Mode = &e.mode
		}
		if e.mtime != 0 {
			h.Mtime = &nodeapi.Mtime{Secs: e.mtime}
		}
		entries = append(entries, nodeapi.AddEntry{FileHeader: h, Content: bytes.NewReader(e.data)})
	}
	added := add(t, n, c.opts, entries...)
	root := added[len(added)-1].Cid.String()
	answer := []string{root}
	if c.archive {
		archive, err := tryGet(t, n, nodeapi.GetRequest{Path: root, Archive: true})
		must(t, err)
		answer = append(answer, hashOf(archive))
	}
	if c.listing {
		answer = append(answer, hashOf(listing(t, n, root)))
	}
	return strings.Join(answer, " ")
}

// listing tells of a directory as "ipfs ls" does, sorted, as that sorts large ones.
func listing(t *testing.T, n *node.Node, root string) []byte {
	t.Helper()
	var text []byte
	for entry, err := range n.List(t.Context(), root) {
		must(t, err)
		size, name := fmt.Sprint(entry.Size), entry.Name
		if entry.Type == "dir" {
			size, name = "-", name+"/"
		}
		text = fmt.Appendln(text, entry.Cid, size, name)
	}
	return sortedLines(text)
}

func sortedLines(text []byte) []byte {
	lines := slices.Collect(bytes.Lines(text))
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(lines, nil)
}

func hashOf(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

func addToKubo(t *testing.T, kubo, repo string, c kuboCase) string {
	t.Helper()
	dir := t.TempDir()
	target := filepath.Join(dir, "d")
	for _, e := range c.entries {
		at := filepath.Join(target, e.path)
		must(t, os.MkdirAll(filepath.Dir(at), 0o755))
		if e.dir {
			must(t, os.MkdirAll(at, 0o755))
		} else {
			must(t, os.WriteFile(at, e.data, 0o644))
		}
	}
	for _, e := range slices.Backward(c.entries) { // a directory's times after what is in it
		at := filepath.Join(target, e.path)
		if e.mode != 0 {
			must(t, os.Chmod(at, os.FileMode(e.mode)))
		}
		if e.mtime != 0 {
			must(t, os.Chtimes(at, time.Time{}, time.Unix(e.mtime, 0)))
		}
	}
	args := append([]string{"add", "-r", "-Q", "--pin=false", fmt.Sprintf("--only-hash=%v", !c.archive && !c.listing)}, c.args...)
	root := strings.TrimSpace(string(runKubo(t, kubo, repo, append(args, target)...)))
	answer := []string{root}
	if c.archive {
		tarFile := filepath.Join(dir, "d.tar")
		runKubo(t, kubo, repo, "get", "-a", "-o", tarFile, root)
		archive, err := os.ReadFile(tarFile)
		must(t, err)
		answer = append(answer, hashOf(archive))
	}
	if c.listing {
		answer = append(answer, hashOf(sortedLines(columns.ReplaceAll(runKubo(t, kubo, repo, "ls", root), []byte(" ")))))
	}
	return strings.Join(answer, " ")
}

// columns is what Kubo fills columns up with.
var columns = regexp.MustCompile(`  +`)

func runKubo(t *testing.T, kubo, repo string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), kubo, args...)
	cmd.Env = append(os.Environ(), "IPFS_PATH="+repo)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("ipfs %s: %v\n%s", strings.Join(args, " "), err, exit.Stderr)
	}
	must(t, err)
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readGolden(t *testing.T) map[string]string {
	t.Helper()
	golden := map[string]string{}
	must(t, json.Unmarshal(goldenText, &golden))
	return golden
}

func writeGolden(t *testing.T, golden map[string]string) {
	t.Helper()
	var out bytes.Buffer
	out.WriteString("{\n")
	for i, name := range slices.Sorted(maps.Keys(golden)) {
		if i > 0 {
			out.WriteString(",\n")
		}
		fmt.Fprintf(&out, "  %q: %q", name, golden[name])
	}
	out.WriteString("\n}\n")
	must(t, os.MkdirAll(filepath.Dir(goldenFile), 0o755))
	must(t, os.WriteFile(goldenFile, out.Bytes(), 0o644))
}
