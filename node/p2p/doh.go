package p2p

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The bounds on questions to a DNS-over-HTTPS server.
const (
	dohTimeout   = 10 * time.Second
	dohMaxAnswer = 64 << 10 // bytes, the most that DNS allows
	dohMaxValues = 128      // records used of an answer
)

// doh resolves names by DNS over HTTPS (RFC 8484). It asks only when a name is
// to be resolved.
type doh struct {
	server string
	cache  dnsCache
}

// newDOH checks the server's URL.
func newDOH(server string) (*doh, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": "dns", "value": server},
			"dns: %q is not the URL of a DNS-over-HTTPS server", server)
	}
	return &doh{server: server}, nil
}

// LookupTXT returns the TXT records of a name, each with its parts joined.
func (d *doh) LookupTXT(ctx context.Context, name string) ([]string, error) {
	records, err := d.lookup(ctx, name, dnsmessage.TypeTXT)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, r := range records {
		if txt, ok := r.(*dnsmessage.TXTResource); ok {
			texts = append(texts, strings.Join(txt.TXT, ""))
		}
	}
	return texts, nil
}

// LookupIPAddr returns a name's IPv4 and IPv6 addresses. It is an error only if
// neither can be had.
func (d *doh) LookupIPAddr(ctx context.Context, name string) ([]net.IPAddr, error) {
	v4, err4 := d.lookup(ctx, name, dnsmessage.TypeA)
	v6, err6 := d.lookup(ctx, name, dnsmessage.TypeAAAA)
	if err4 != nil && err6 != nil {
		return nil, err4
	}
	var addrs []net.IPAddr
	for _, r := range append(v4, v6...) {
		switch r := r.(type) {
		case *dnsmessage.AResource:
			addrs = append(addrs, net.IPAddr{IP: r.A[:]})
		case *dnsmessage.AAAAResource:
			addrs = append(addrs, net.IPAddr{IP: r.AAAA[:]})
		}
	}
	return addrs, nil
}

// lookup returns a name's records of one type. The server follows aliases.
func (d *doh) lookup(ctx context.Context, name string, kind dnsmessage.Type) ([]dnsmessage.ResourceBody, error) {
	if !strings.HasSuffix(name, ".") {
		name += "."
	}
	key := dnsKey{name, kind}
	if records, ok := d.cache.get(key); ok {
		return records, nil
	}
	ctx, cancel := context.WithTimeout(ctx, dohTimeout)
	defer cancel()
	records, ttl, err := d.ask(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("p2p: resolving %s: %w", name, err)
	}
	d.cache.put(key, records, ttl)
	return records, nil
}

func (d *doh) ask(ctx context.Context, key dnsKey) ([]dnsmessage.ResourceBody, time.Duration, error) {
	question, err := packQuestion(key)
	if err != nil {
		return nil, 0, err
	}
	separator := "?"
	if strings.Contains(d.server, "?") {
		separator = "&"
	}
	// GET with nothing but an Accept header is a request that browsers send to
	// another origin without asking it first.
	answer, err := fetchDNS(ctx, d.server+separator+"dns="+base64.RawURLEncoding.EncodeToString(question))
	if err != nil {
		return nil, 0, err
	}
	return readAnswer(answer, key.kind)
}

func packQuestion(key dnsKey) ([]byte, error) {
	name, err := dnsmessage.NewName(key.name)
	if err != nil {
		return nil, err
	}
	// The id stays 0, so that caches on the way know the same question.
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: key.kind, Class: dnsmessage.ClassINET}},
	}
	return m.Pack()
}

// readAnswer returns the records of one type, and how long they are good: as
// long as the one that is good the shortest.
func readAnswer(answer []byte, kind dnsmessage.Type) ([]dnsmessage.ResourceBody, time.Duration, error) {
	var p dnsmessage.Parser
	header, err := p.Start(answer)
	switch {
	case err != nil:
		return nil, 0, err
	case !header.Response:
		return nil, 0, errors.New("the server did not answer with an answer")
	case header.RCode == dnsmessage.RCodeNameError:
		return nil, 0, nil // no such name, which is remembered for a while
	case header.RCode != dnsmessage.RCodeSuccess:
		return nil, 0, fmt.Errorf("the server answered %s", header.RCode)
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, 0, err
	}
	var records []dnsmessage.ResourceBody
	var ttl uint32
	for len(records) < dohMaxValues {
		r, err := p.Answer()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		if r.Header.Type != kind {
			continue
		}
		if len(records) == 0 || r.Header.TTL < ttl {
			ttl = r.Header.TTL
		}
		records = append(records, r.Body)
	}
	return records, time.Duration(ttl) * time.Second, nil
}
