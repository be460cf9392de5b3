package node

import (
	"context"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const ipnsNamespace = "/ipns/"

// DNS returns the path that a domain links to, by its DNSLink
// (https://dnslink.dev/), and what follows if that is a name itself, unless the
// request is not recursive. Domains are looked up as those in addresses are: in a
// browser over HTTPS.
func (n *Node) DNS(ctx context.Context, req nodeapi.DNSRequest) (string, error) {
	if n.net == nil {
		return "", errOffline
	}
	ctx, end := n.begin(ctx)
	defer end()
	domain := strings.TrimPrefix(req.Domain, ipnsNamespace)
	if !strings.Contains(domain, ".") { // it could be the name of a key
		return "", nodeapi.Errorf(nodeapi.CodeInvalidName, map[string]any{"value": req.Domain}, "%q is no domain", req.Domain)
	}
	return n.lastName(ctx, ipnsNamespace+domain, req.Recursive == nil || *req.Recursive)
}

// lastName returns what a name points at once all who know of it were asked.
func (n *Node) lastName(ctx context.Context, name string, recursive bool) (last string, err error) {
	defer nodeapi.Away(ctx)()
	for path, err := range n.names.Resolve(ctx, name, recursive, n.nameOptions(ctx, false)) {
		if err != nil {
			return "", n.store.wrap(ctx, err)
		}
		last = path
	}
	return last, nil
}
