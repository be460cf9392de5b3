package node_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"path"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// A filesOp is an operation on both a node's files and Kubo's.
type filesOp struct {
	text    string
	kubo    string // its method
	args    url.Values
	content []byte
	ours    func(context.Context, *node.Node) error
}

// filesOps makes operations at random.
type filesOps struct {
	*rand.Rand

	cidVersion *int
	hashAlg    string
	rawLeaves  *bool
}

// path returns one of few paths, so that they often meet.
func (r *filesOps) path() string {
	p := "/"
	for range 1 + r.IntN(3) {
		p = path.Join(p, string("abcd"[r.IntN(4)]))
	}
	return p
}

func (r *filesOps) some() bool { return r.IntN(2) == 0 }

// args are what the options are as Kubo has them.
func (r *filesOps) args(kv ...string) url.Values {
	args := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		args.Add(kv[i], kv[i+1])
	}
	if r.cidVersion != nil {
		args.Set("cid-version", strconv.Itoa(*r.cidVersion))
	}
	if r.hashAlg != "" {
		args.Set("hash", r.hashAlg)
	}
	return args
}

func (r *filesOps) next() filesOp {
	switch n := r.IntN(20); {
	case n < 3:
		return r.mkdir()
	case n < 11:
		return r.write()
	case n < 14:
		return r.mv()
	case n < 17:
		return r.cp()
	default:
		return r.rm()
	}
}

func (r *filesOps) mkdir() filesOp {
	p, parents := r.path(), r.some()
	req := nodeapi.FilesMkdirRequest{Path: p, Parents: parents, CidVersion: r.cidVersion, HashAlg: r.hashAlg}
	return filesOp{
		text: fmt.Sprintf("mkdir %s parents=%v", p, parents),
		kubo: "files/mkdir", args: r.args("arg", p, "parents", fmt.Sprint(parents)),
		ours: func(ctx context.Context, n *node.Node) error { return n.FilesMkdir(ctx, req) },
	}
}

// sizes are around what the format divides files at.
var filesSizes = []int{0, 1, 10, 4096, 256<<10 - 1, 256 << 10, 256<<10 + 1, 600 << 10}

func (r *filesOps) write() filesOp {
	p := r.path()
	data := noise(filesSizes[r.IntN(len(filesSizes))])
	if len(data) > 10 {
		data[r.IntN(len(data))]++
	}
	req := nodeapi.FilesWriteRequest{
		Path: p, Create: r.IntN(4) > 0, Parents: r.some(), Truncate: r.some(), RawLeaves: r.rawLeaves,
		CidVersion: r.cidVersion, HashAlg: r.hashAlg,
	}
	// Of a write that fails Kubo leaves the directories that it made.
	req.Parents = req.Parents && req.Create
	if r.some() {
		req.Offset = uint64(filesSizes[r.IntN(len(filesSizes))])
	}
	args := r.args("arg", p, "create", fmt.Sprint(req.Create), "parents", fmt.Sprint(req.Parents),
		"truncate", fmt.Sprint(req.Truncate), "offset", fmt.Sprint(req.Offset))
	if r.IntN(4) == 0 {
		req.Length = new(uint64(r.IntN(1 << 19)))
		args.Set("count", fmt.Sprint(*req.Length))
	}
	if r.rawLeaves != nil {
		args.Set("raw-leaves", fmt.Sprint(*r.rawLeaves))
	}
	return filesOp{
		text: fmt.Sprintf("write %d bytes, %v", len(data), args),
		kubo: "files/write", args: args, content: data,
		ours: func(ctx context.Context, n *node.Node) error { return n.FilesWrite(ctx, bytes.NewReader(data), req) },
	}
}

// mv leaves out what Kubo does wrong: a directory moved into itself is lost, and
// what is moved between directories of one name stays where it was too.
func (r *filesOps) mv() filesOp {
	from, to := r.path(), r.path()
	for strings.HasPrefix(to+"/", from+"/") || path.Base(path.Dir(from)) == path.Base(path.Dir(to)) ||
		path.Base(path.Dir(from)) == path.Base(to) {
		from, to = r.path(), r.path()
	}
	if r.IntN(4) == 0 {
		to += "/"
	}
	req := nodeapi.FilesMoveRequest{From: []string{from}, To: to}
	return filesOp{
		text: "mv " + from + " " + to,
		kubo: "files/mv", args: url.Values{"arg": {from, to}},
		ours: func(ctx context.Context, n *node.Node) error { return n.FilesMove(ctx, req) },
	}
}

// cp has no options for CIDs: Kubo's API takes none there.
func (r *filesOps) cp() filesOp {
	from, to := r.path(), r.path()
	if r.IntN(4) == 0 {
		to += "/"
	}
	req := nodeapi.FilesCopyRequest{From: []string{from}, To: to, Parents: r.some(), Force: r.some()}
	args := url.Values{"arg": {from, to}, "parents": {fmt.Sprint(req.Parents)}, "force": {fmt.Sprint(req.Force)}}
	return filesOp{
		text: fmt.Sprintf("cp %v", args),
		kubo: "files/cp", args: args,
		ours: func(ctx context.Context, n *node.Node) error { return n.FilesCopy(ctx, req) },
	}
}

func (r *filesOps) rm() filesOp {
	req := nodeapi.FilesRemoveRequest{Recursive: r.some(), Force: r.IntN(4) == 0}
	args := url.Values{"recursive": {fmt.Sprint(req.Recursive)}, "force": {fmt.Sprint(req.Force)}}
	for range 1 + r.IntN(2) {
		p := r.path()
		req.Paths = append(req.Paths, p)
		args.Add("arg", p)
	}
	return filesOp{
		text: fmt.Sprintf("rm %v", args),
		kubo: "files/rm", args: args,
		ours: func(ctx context.Context, n *node.Node) error { return n.FilesRemove(ctx, req) },
	}
}

// TestKuboFiles does the same at random here and there, and wants the same tree
// after each step.
func TestKuboFiles(t *testing.T) {
	kubo := startKuboFiles(t)
	steps := 250
	if testing.Short() {
		steps = 50
	}
	for _, c := range []struct {
		cidVersion *int
		hashAlg    string
		rawLeaves  *bool
	}{
		{},
		{cidVersion: new(0), rawLeaves: new(true)},
		{cidVersion: new(1)},
		{cidVersion: new(1), rawLeaves: new(false)},
		{hashAlg: "sha2-512"},
		{hashAlg: "blake2b-256", rawLeaves: new(false)},
	} {
		ops := &filesOps{Rand: rand.New(rand.NewPCG(1, uint64(steps))), cidVersion: c.cidVersion, hashAlg: c.hashAlg, rawLeaves: c.rawLeaves}
		t.Run(fmt.Sprint(ops.args(), ops.rawLeaves != nil && *ops.rawLeaves), func(t *testing.T) {
			kubo.t = t
			for _, p := range []string{"/a", "/b", "/c", "/d"} {
				_, err := kubo.call("files/rm", url.Values{"arg": {p}, "force": {"true"}}, nil)
				must(t, err)
			}
			n := newNode(t, newConfig())
			done := []string{}
			for range steps {
				op := ops.next()
				done = append(done, op.text)
				kubo.truncateAnew(op)
				_, err := kubo.call(op.kubo, op.args, op.content)
				want := kuboCode(op.kubo, err)
				if got := codeOf(op.ours(t.Context(), n)); got != want && !sameRemoval(op, got, err) {
					t.Fatalf("%s: got code %q; Kubo says %q (%v)\nafter\n%s", op.text, got, want, err, strings.Join(done, "\n"))
				}
				compareFiles(t, n, kubo, "/", done)
			}
			compareTree(t, n, kubo, "/", done)
		})
	}
}

// truncateAnew removes a file that is about to be truncated, and has it made
// again: with each truncation Kubo leaves an empty leaf in the file.
func (k *kuboFiles) truncateAnew(op filesOp) {
	p := op.args.Get("arg")
	if op.args.Get("truncate") != "true" {
		return
	}
	if hash, st, err := k.stat(p); err == nil && st.Type == "file" {
		_, err := k.call("files/rm", url.Values{"arg": {p}}, nil)
		must(k.t, err)
		op.args.Set("create", "true")
		if !op.args.Has("hash") { // of what it was
			op.args.Set("cid-version", fmt.Sprint(cid.MustParse(hash).Version()))
		}
	}
}

// sameRemoval lets pass an error of a removal of several, of which Kubo says no
// more in a way to go by.
func sameRemoval(op filesOp, got nodeapi.Code, kubo error) bool {
	return op.kubo == "files/rm" && kubo != nil && got != "" && strings.Contains(kubo.Error(), "can't remove some files")
}

func codeOf(err error) nodeapi.Code { return nodeapi.CodeOf(err) }

// compareFiles wants the same at a path, by what stat says.
func compareFiles(t *testing.T, n *node.Node, kubo *kuboFiles, p string, done []string) {
	t.Helper()
	hash, want, err := kubo.stat(p)
	must(t, err)
	got, err := n.FilesStat(t.Context(), nodeapi.FilesStatRequest{Path: p, WithLocal: true})
	if err != nil {
		t.Fatalf("stat %s: %v", p, err)
	}
	c := got.Cid
	got.Cid = want.Cid
	if c.String() != hash || !reflect.DeepEqual(got, want) {
		t.Fatalf("%s is %s, %+v; Kubo has %s, %+v\nafter\n%s", p, c, got, hash, want, strings.Join(done, "\n"))
	}
}

// compareTree wants the same of all that is at and below a path.
func compareTree(t *testing.T, n *node.Node, kubo *kuboFiles, p string, done []string) {
	t.Helper()
	compareFiles(t, n, kubo, p, done)
	st, err := n.FilesStat(t.Context(), nodeapi.FilesStatRequest{Path: p})
	must(t, err)
	if st.Type == "file" {
		want, err := kubo.call("files/read", url.Values{"arg": {p}}, nil)
		must(t, err)
		r, err := n.FilesRead(t.Context(), nodeapi.FilesReadRequest{Path: p})
		must(t, err)
		got, err := io.ReadAll(r)
		must(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s has %d bytes that are not Kubo's %d", p, len(got), len(want))
		}
		return
	}
	for e, err := range n.FilesList(t.Context(), nodeapi.FilesListRequest{Path: p}) {
		must(t, err)
		compareTree(t, n, kubo, path.Join(p, e.Name), done)
	}
}
