package node

import (
	"path"
	"strings"
	"unicode/utf8"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxMFSPath is the most bytes of a path.
const maxMFSPath = 8 << 10

// An mfsPath is a path of the Mutable File System that was understood.
type mfsPath struct {
	parts []string // none for the root
	dir   bool     // it ends in "/"
}

// parseMFSPath reads an absolute path. Empty parts, "." and ".." are resolved as
// text.
func parseMFSPath(text string) (mfsPath, error) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return mfsPath{}, invalidPath(text, `it does not begin with "/"`)
	case len(text) > maxMFSPath:
		return mfsPath{}, invalidPath(text[:64]+"…", "it is too long")
	case strings.ContainsRune(text, 0):
		return mfsPath{}, invalidPath(text, "it has a zero byte")
	case !utf8.ValidString(text):
		return mfsPath{}, invalidPath(strings.ToValidUTF8(text, "�"), "it is not UTF-8")
	}
	p := mfsPath{dir: strings.HasSuffix(text, "/")}
	if clean := path.Clean(text); clean != "/" {
		p.parts = strings.Split(clean[1:], "/")
	}
	if len(p.parts) > maxTreeDepth {
		return mfsPath{}, invalidPath(text, "it is nested too deep")
	}
	return p, nil
}

func (p mfsPath) String() string { return "/" + strings.Join(p.parts, "/") }

func (p mfsPath) isRoot() bool { return len(p.parts) == 0 }

// base is the last part. The root has none.
func (p mfsPath) base() string {
	if p.isRoot() {
		return ""
	}
	return p.parts[len(p.parts)-1]
}

// upTo is the path to the part of an index.
func (p mfsPath) upTo(i int) mfsPath { return mfsPath{parts: p.parts[:i+1]} }

func (p mfsPath) parent() mfsPath { return mfsPath{parts: p.parts[:max(0, len(p.parts)-1)]} }

func (p mfsPath) child(name string) mfsPath {
	return mfsPath{parts: append(p.parts[:len(p.parts):len(p.parts)], name)}
}

// isUnder reports whether p is q or below it.
func (p mfsPath) isUnder(q mfsPath) bool {
	return len(p.parts) >= len(q.parts) && q.String() == mfsPath{parts: p.parts[:len(q.parts)]}.String()
}

// isContentPath tells paths of blocks from those of the tree, which may have an
// entry of that name: the former win, where either will do.
func isContentPath(text string) bool { return strings.HasPrefix(text, "/ipfs/") }

func noEntry(p mfsPath) error {
	details := map[string]any{"path": p.String(), "link": p.base()}
	return nodeapi.Errorf(nodeapi.CodeNoLink, details, "there is no %q", p)
}

func alreadyExists(p mfsPath) error {
	return nodeapi.Errorf(nodeapi.CodeAlreadyExists, map[string]any{"path": p.String()}, "there is %q already", p)
}

func isADirectory(p mfsPath) error {
	return nodeapi.Errorf(nodeapi.CodeIsADirectory, map[string]any{"path": p.String()}, "%q is a directory", p)
}

// mfsBuilder returns what makes the CIDs of new files and directories: as Kubo
// has it, whatever those of the directories above them are.
func mfsBuilder(version *int, hashAlg string) (cid.Builder, error) {
	hash, err := hashCode(hashAlg)
	if err != nil {
		return nil, err
	}
	switch {
	case hashAlg != "" && (version == nil || *version == 0):
		version = new(1) // as Kubo does, even where 0 was asked for
	case version == nil:
		version = new(0)
	}
	return cidPrefix("cidVersion", version, cid.DagProtobuf, hash)
}
