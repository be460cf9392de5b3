package node_test

import (
	"bytes"
	_ "embed" // dagGoldenText
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

const dagGoldenFile = "testdata/kubodag.json"

//go:embed testdata/kubodag.json
var dagGoldenText []byte

// A dagCase is a DAG about which Kubo is asked too.
type dagCase struct {
	name  string
	build func(t testing.TB, n *node.Node) cid.Cid
	path  string // below the root, to resolve
}

// dagAnswers are what a node says of a DAG, by the question. Long ones are told
// by their hash.
type dagAnswers map[string]string

// TestKuboDAGGolden wants what Kubo answered when testdata was written: the bytes
// of a CAR, references in their order, sizes, paths.
func TestKuboDAGGolden(t *testing.T) {
	golden := map[string]dagAnswers{}
	must(t, json.Unmarshal(dagGoldenText, &golden))
	for _, c := range dagCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want, known := golden[c.name]
			if !known {
				t.Fatalf("%s has no answers of Kubo's; run with -update and SHAREDNODE_KUBO", dagGoldenFile)
			}
			n := newNode(t, newConfig())
			got, _ := askNode(t, n, c, c.build(t, n))
			compareAnswers(t, got, want)
		})
	}
}

// TestKuboDAG asks Kubo, which has the DAG from the node's own CAR, and gives the
// CAR that Kubo makes of it to another node.
func TestKuboDAG(t *testing.T) {
	kubo := os.Getenv("SHAREDNODE_KUBO")
	if kubo == "" {
		t.Skip("SHAREDNODE_KUBO does not name a Kubo binary")
	}
	repo := t.TempDir()
	runKubo(t, kubo, repo, "init", "--profile=test")
	golden := map[string]dagAnswers{}
	for _, c := range dagCases() {
		t.Run(c.name, func(t *testing.T) {
			n := newNode(t, newConfig())
			root := c.build(t, n)
			got, archive := askNode(t, n, c, root)
			path := filepath.Join(t.TempDir(), "dag.car")
			must(t, os.WriteFile(path, archive, 0o600))
			runKubo(t, kubo, repo, "dag", "import", path)
			want, theirs := askKubo(t, kubo, repo, c, root)
			compareAnswers(t, got, want)
			golden[c.name] = want

			other := newNode(t, newConfig())
			roots, _, err := tryImport(t, other, nodeapi.DAGImportOptions{}, theirs)
			if err != nil || len(roots) != 1 || roots[0] != (nodeapi.ImportedRoot{Cid: root}) {
				t.Errorf("Kubo's CAR: got roots %v, %v; want %s pinned", roots, err, root)
			}
			again, _ := askNode(t, other, c, root)
			compareAnswers(t, again, want)
		})
	}
	if *update {
		out, err := json.MarshalIndent(golden, "", "  ")
		must(t, err)
		must(t, os.WriteFile(dagGoldenFile, append(out, '\n'), 0o644))
	}
}

func compareAnswers(t *testing.T, got, want dagAnswers) {
	t.Helper()
	for _, question := range slices.Sorted(maps.Keys(want)) {
		if got[question] != want[question] {
			t.Errorf("%s: got %s; Kubo has %s", question, got[question], want[question])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d questions; Kubo was asked %d", len(got), len(want))
	}
}

// refsQuestions are requests, and what they are for Kubo.
var refsQuestions = map[string]nodeapi.RefsRequest{
	"refs":                     {},
	"refs -e":                  {Edges: true},
	"refs -r":                  {Recursive: true},
	"refs -r -u":               {Recursive: true, Unique: true},
	"refs -r --max-depth=0":    {Recursive: true, MaxDepth: new(0)},
	"refs -r --max-depth=2":    {Recursive: true, MaxDepth: new(2)},
	"refs -r -u --max-depth=2": {Recursive: true, Unique: true, MaxDepth: new(2)},
	"refs -u --max-depth=2":    {Unique: true, MaxDepth: new(2)},
	"refs -r -e -u":            {Recursive: true, Edges: true, Unique: true},
	"refs --format=<src>/<linkname>:<dst> -r": {Recursive: true, Format: "<src>/<linkname>:<dst>"},
}

func askNode(t testing.TB, n *node.Node, c dagCase, root cid.Cid) (answers dagAnswers, archive []byte) {
	t.Helper()
	ctx := t.Context()
	archive = export(t, n, root.String())
	answers = dagAnswers{"dag export": hashOf(archive)}
	for question, req := range refsQuestions {
		req.Paths = []string{root.String()}
		var refs strings.Builder
		for ref, err := range n.Refs(ctx, req) {
			if err != nil || ref.Err != "" {
				t.Fatalf("%s: got %+v, %v", question, ref, err)
			}
			fmt.Fprintln(&refs, ref.Ref)
		}
		answers[question] = countAndHash(refs.String())
	}
	stat, err := n.DAGStat(ctx, []string{root.String(), root.String()})
	must(t, err)
	answers["dag stat"] = fmt.Sprint(stat.UniqueBlocks, stat.TotalSize, stat.SharedSize, stat.DAGStats[0].NumBlocks, stat.DAGStats[0].Size)
	for question, base := range map[string]string{"resolve": "", "resolve --cid-base=base58btc": "base58btc", "resolve --cid-base=base36": "base36"} {
		path, err := n.Resolve(ctx, nodeapi.ResolveRequest{Name: root.String() + c.path, CidBase: base})
		must(t, err)
		answers[question] = path
	}
	block, err := n.BlockStat(ctx, root)
	must(t, err)
	answers["block stat"] = fmt.Sprint(block.Size)
	return answers, archive
}

func askKubo(t *testing.T, kubo, repo string, c dagCase, root cid.Cid) (answers dagAnswers, archive []byte) {
	t.Helper()
	ask := func(question string, args ...string) string {
		return string(runKubo(t, kubo, repo, append(strings.Fields(question), args...)...))
	}
	archive = []byte(ask("dag export --progress=false", root.String()))
	answers = dagAnswers{"dag export": hashOf(archive)}
	for question := range refsQuestions {
		answers[question] = countAndHash(ask(question, root.String()))
	}
	var stat struct {
		UniqueBlocks, TotalSize, SharedSize uint64
		DAGStats                            []struct{ NumBlocks, Size uint64 } `json:"DagStats"`
	}
	must(t, json.Unmarshal([]byte(ask("dag stat --progress=false --enc=json", root.String(), root.String())), &stat))
	answers["dag stat"] = fmt.Sprint(stat.UniqueBlocks, stat.TotalSize, stat.SharedSize, stat.DAGStats[0].NumBlocks, stat.DAGStats[0].Size)
	for _, question := range []string{"resolve", "resolve --cid-base=base58btc", "resolve --cid-base=base36"} {
		answers[question] = strings.TrimSpace(ask(question, root.String()+c.path))
	}
	var block struct{ Size int }
	must(t, json.Unmarshal([]byte(ask("block stat --enc=json", root.String())), &block))
	answers["block stat"] = fmt.Sprint(block.Size)
	return answers, archive
}

func countAndHash(text string) string {
	return fmt.Sprintf("%d lines %s", strings.Count(text, "\n"), hashOf([]byte(text))[:16])
}

// export returns a CAR.
func export(t testing.TB, n *node.Node, path string) []byte {
	t.Helper()
	r, err := n.DAGExport(t.Context(), path)
	if err != nil {
		t.Fatalf("DAGExport: %v", err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("reading the CAR: %v", err)
	}
	return data
}

// tryImport imports CARs.
func tryImport(t testing.TB, n *node.Node, opts nodeapi.DAGImportOptions, cars ...[]byte) ([]nodeapi.ImportedRoot, nodeapi.DAGImported, error) {
	t.Helper()
	var roots []nodeapi.ImportedRoot
	imported, err := n.DAGImport(t.Context(), func(yield func(nodeapi.CAR, error) bool) {
		for i, data := range cars {
			header := nodeapi.CARHeader{Name: fmt.Sprintf("%d.car", i)}
			if !yield(nodeapi.CAR{CARHeader: header, Content: bytes.NewReader(data)}, nil) {
				return
			}
		}
	}, opts, func(root nodeapi.ImportedRoot) error {
		roots = append(roots, root)
		return nil
	})
	return roots, imported, err
}

// dagCases are DAGs of each shape there is.
func dagCases() []dagCase {
	adding := func(opts nodeapi.AddOptions, entries ...diskEntry) func(testing.TB, *node.Node) cid.Cid {
		return func(t testing.TB, n *node.Node) cid.Cid {
			var source []nodeapi.AddEntry
			for _, e := range entries {
				h := nodeapi.FileHeader{Path: e.path, Dir: e.dir}
				if len(entries) > 1 {
					h.Path = strings.TrimSuffix("d/"+e.path, "/")
				}
				source = append(source, nodeapi.AddEntry{FileHeader: h, Content: bytes.NewReader(e.data)})
			}
			added := add(t, n, opts, source...)
			return added[len(added)-1].Cid
		}
	}
	const v0 = "unixfs-v0-2015"
	repeated := bytes.Repeat(noise(1024), 400)
	return []dagCase{
		{"a raw block", adding(nodeapi.AddOptions{}, diskEntry{data: []byte("hello world")}), ""},
		{"an empty file", adding(nodeapi.AddOptions{Profile: v0}, diskEntry{}), ""}, // of no bytes at all Kubo cannot tell a ratio
		{"a file of 3 MiB", adding(nodeapi.AddOptions{}, diskEntry{data: noise(3<<20 + 17)}), ""},
		{"a file of two levels", adding(nodeapi.AddOptions{Chunker: "size-256"}, diskEntry{data: noise(1025 * 256)}), ""},
		{"a file that repeats itself", adding(nodeapi.AddOptions{Chunker: "size-512"}, diskEntry{data: repeated}), ""},
		{"a file of version 0", adding(nodeapi.AddOptions{Profile: v0, Chunker: "size-1024"}, diskEntry{data: noise(400 << 10)}), ""},
		{"a trickle", adding(nodeapi.AddOptions{Trickle: true, Chunker: "size-64"}, diskEntry{data: noise(150 << 10)}), ""},
		{"a directory", adding(nodeapi.AddOptions{}, tree(0, 0)...), "/sub/deep"},
		{"a directory of version 0", adding(nodeapi.AddOptions{Profile: v0}, tree(0, 0)...), "/sub/b"},
		{"a sharded directory", adding(nodeapi.AddOptions{}, many(5200)...), "/file-7.txt"},
		{"DAG-CBOR", cborTree, "/a/b/1/here"},
		{"identity", func(t testing.TB, n *node.Node) cid.Cid {
			return putAs(t, n, "dag-cbor", `{"x":`+link(identity(t, "inline"))+`}`)
		}, "/x"},
		{"an identity root", func(t testing.TB, _ *node.Node) cid.Cid { return identity(t, "inline") }, ""},
	}
}

// cborTree has links in lists and maps, to blocks of each codec, to one of the
// same bytes under two codecs, and more than one to the same block.
func cborTree(t testing.TB, n *node.Node) cid.Cid {
	t.Helper()
	leaf := putAs(t, n, "dag-cbor", `{"here":{"is":"a leaf"}}`)
	json := putAs(t, n, "dag-json", `{"z":1,"a":[`+link(leaf)+`,`+link(leaf)+`]}`)
	file := addFile(t, n, nodeapi.AddOptions{Chunker: "size-100"}, noise(1000))
	asRaw := cid.NewCidV1(cid.Raw, leaf.Hash())
	pb := putAs(t, n, "dag-pb", `{"Data":{"/":{"bytes":"AQI"}},"Links":[`+
		`{"Hash":`+link(file)+`,"Name":"file","Tsize":1000},{"Hash":`+link(identity(t, "in dag-pb"))+`,"Name":"id","Tsize":9}]}`)
	list := putAs(t, n, "dag-cbor", `[`+link(json)+`,`+link(leaf)+`,`+link(asRaw)+`]`)
	return putAs(t, n, "dag-cbor", `{"zz":`+link(file)+`,"a":{"b":`+link(list)+`,"n":null},"pb":`+link(pb)+
		`,"long name":[[`+link(json)+`],{"x":`+link(asRaw)+`}]}`)
}

func link(c cid.Cid) string { return `{"/":"` + c.String() + `"}` }

func identity(t testing.TB, data string) cid.Cid {
	t.Helper()
	hash, err := multihash.Sum([]byte(data), multihash.IDENTITY, -1)
	must(t, err)
	return cid.NewCidV1(cid.Raw, hash)
}

// putAs puts a node given as DAG-JSON in a codec.
func putAs(t testing.TB, n *node.Node, codec, json string) cid.Cid {
	t.Helper()
	return putDAG(t, n, json, nodeapi.DAGPutOptions{StoreCodec: codec})
}
