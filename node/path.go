package node

import (
	"context"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A contentPath is a path that was understood: a CID and what follows it.
type contentPath struct {
	text  string // as given
	root  cid.Cid
	parts []string
	// plain says that dag-pb is walked by its fields, "Links/0/Hash", and not by
	// the names of its links.
	plain bool
}

// path understands a path. The name with which one of "/ipns/<name>/a/b" begins is
// looked up first, if the context says offline in the repo alone.
func (n *Node) path(ctx context.Context, text string) (contentPath, error) {
	if !strings.HasPrefix(text, ipnsNamespace) {
		return parsePath(text)
	}
	target, err := n.lastName(ctx, text, true)
	if err != nil {
		return contentPath{text: text}, err
	}
	p, err := parsePath(target)
	p.text = text
	return p, err
}

// parsePath reads "<cid>", "<cid>/a/b", "/ipfs/<cid>/a/b" or, for a path by the
// fields of dag-pb too, "/ipld/<cid>/a/b". Empty parts, as two slashes in a row
// make them, are left out.
func parsePath(text string) (contentPath, error) {
	p := contentPath{text: text}
	rest := text
	if strings.HasPrefix(text, "/") {
		var namespace string
		namespace, rest, _ = strings.Cut(text[1:], "/")
		if namespace != "ipfs" && namespace != "ipld" {
			return p, invalidPath(text, `it begins neither with a CID nor with "/ipfs/" or "/ipns/"`)
		}
		p.plain = namespace == "ipld"
	}
	first, rest, _ := strings.Cut(rest, "/")
	if first == "" {
		return p, invalidPath(text, "it has no CID")
	}
	root, err := cid.Decode(first)
	if err != nil {
		return p, nodeapi.Errorf(nodeapi.CodeInvalidCID, map[string]any{"value": first}, "%q is not a CID: %w", first, err)
	}
	p.root = root
	for part := range strings.SplitSeq(rest, "/") {
		if part != "" {
			p.parts = append(p.parts, part)
		}
	}
	return p, checkCID(root)
}
