package names

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/ipfs/boxo/path"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DNSLink returns the path that a domain points at, "/ipfs/…" or "/ipns/…", by the
// TXT records of "_dnslink.<domain>" that lookup returns.
func DNSLink(ctx context.Context, lookup func(context.Context, string) ([]string, error), domain string) (string, error) {
	if !isDomain(domain) {
		return "", nodeapi.Errorf(nodeapi.CodeInvalidName, map[string]any{"value": domain}, "%q is no domain", domain)
	}
	back := nodeapi.Away(ctx)
	texts, err := lookup(ctx, "_dnslink."+strings.TrimSuffix(domain, "."))
	back()
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		err = nil
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", nodeapi.Errorf(nodeapi.CodeDNSFailed, map[string]any{"name": domain}, "looking up %s: %w", domain, err)
	}
	var links []string
	for _, text := range texts {
		if link, ok := readLink(text); ok {
			links = append(links, link)
		}
	}
	switch len(links) {
	case 0:
		return "", NotFound(domain)
	case 1:
		return links[0], nil
	}
	return "", invalidRecord(domain, fmt.Errorf("it has %d DNSLink records, and is to have one", len(links)))
}

func readLink(text string) (string, bool) {
	value, ok := strings.CutPrefix(text, "dnslink=")
	if !ok {
		return "", false
	}
	p, err := path.NewPath(value)
	if err != nil || p.Namespace() != path.IPFSNamespace && p.Namespace() != path.IPNSNamespace {
		return "", false
	}
	return strings.TrimRight(p.String(), "/"), true
}

const inLabels = "-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// isDomain reports whether a text can be one, of two labels or more: a single one
// is rather a name that was mistyped, and not to be told to a DNS server.
func isDomain(text string) bool {
	text = strings.TrimSuffix(text, ".")
	if len(text) > 240 || !strings.Contains(text, ".") {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, inLabels) != "" {
			return false
		}
	}
	return true
}
