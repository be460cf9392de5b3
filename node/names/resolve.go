package names

import (
	"context"
	"iter"
	"strings"

	"github.com/ipfs/boxo/ipns"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxDepth is how many names may lead to names, as in Kubo.
const maxDepth = 32

const namespace = "/ipns/"

// Resolve yields what a name points at, with the path that follows the name at
// its end: first what is known at once, then what is newer. A recursive one goes
// on until that is no name. The last is the answer; no two in a row are the same.
func (n *Names) Resolve(ctx context.Context, name string, recursive bool, opts Options) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		last := ""
		n.resolve(ctx, name, 0, recursive, opts, func(path string, err error) bool {
			if err == nil && path == last {
				return true
			}
			last = path
			return yield(path, err) && err == nil
		})
	}
}

// resolve reports whether to go on.
func (n *Names) resolve(ctx context.Context, name string, depth int, recursive bool, opts Options, yield func(string, error) bool) bool {
	if depth == maxDepth {
		return yield("", nodeapi.Errorf(nodeapi.CodeNameLoop, map[string]any{"name": name},
			"%s leads from name to name, %d times and more", name, maxDepth))
	}
	for value, err := range n.once(ctx, name, opts) {
		var more bool
		if err == nil && recursive && strings.HasPrefix(value, namespace) {
			more = n.resolve(ctx, value, depth+1, recursive, opts, yield)
		} else {
			more = yield(value, err)
		}
		if !more {
			return false
		}
	}
	return true
}

// once yields what a name points at, be that a name or not.
func (n *Names) once(ctx context.Context, text string, opts Options) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		head, rest, err := Split(text)
		if err != nil {
			yield("", err)
			return
		}
		name, notIPNS := ipns.NameFromString(head)
		if notIPNS != nil {
			if opts.Offline {
				err = NotFound(head)
			} else {
				head, err = DNSLink(ctx, n.cfg.LookupTXT, head)
			}
			yield(head+rest, err)
			return
		}
		for r, err := range n.search(ctx, name, opts) {
			if err != nil {
				yield("", err)
				return
			}
			if !yield(strings.TrimRight(r.Value, "/")+rest, nil) {
				return
			}
		}
	}
}

// Split reads "/ipns/<name>/a/b", or the same without "/ipns/". What follows the
// name is empty or begins with "/".
func Split(text string) (name, rest string, err error) {
	name = strings.TrimPrefix(text, namespace)
	if at := strings.IndexByte(name, '/'); at >= 0 {
		name, rest = name[:at], strings.TrimRight(name[at:], "/")
	}
	if _, err := ipns.NameFromString(name); err != nil && !isDomain(name) {
		return "", "", nodeapi.Errorf(nodeapi.CodeInvalidName, map[string]any{"value": name},
			"%q is neither an IPNS name nor a domain", name)
	}
	return name, rest, nil
}
