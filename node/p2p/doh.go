package p2p

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
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
	return d.lookup(ctx, name, dnsmessage.TypeTXT)
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
	for _, ip := range slices.Concat(v4, v6) {
		addrs = append(addrs, net.IPAddr{IP: net.IP(ip)})
	}
	return addrs, nil
}

// lookup returns a name's records of one type, as readAnswer does. The server
// follows aliases.
func (d *doh) lookup(ctx context.Context, name string, kind dnsmessage.Type) ([]string, error) {
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

func (d *doh) ask(ctx context.Context, key dnsKey) ([]string, time.Duration, error) {
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
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{RecursionDesired: true})
	if err := b.StartQuestions(); err != nil {
		return nil, err
	}
	if err := b.Question(dnsmessage.Question{Name: name, Type: key.kind, Class: dnsmessage.ClassINET}); err != nil {
		return nil, err
	}
	return b.Finish()
}

// readAnswer returns the records of one type, texts or the bytes of addresses, and
// how long they are good: as long as the one that is good the shortest. It asks the
// parser for this type alone, as what can read any would link all of them.
func readAnswer(answer []byte, kind dnsmessage.Type) ([]string, time.Duration, error) {
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
		return nil, 0, fmt.Errorf("the server answered code %d", uint16(header.RCode))
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, 0, err
	}
	var records []string
	var ttl uint32
	for len(records) < dohMaxValues {
		head, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		if head.Type != kind {
			if err := p.SkipAnswer(); err != nil {
				return nil, 0, err
			}
			continue
		}
		record, err := readRecord(&p, kind)
		if err != nil {
			return nil, 0, err
		}
		if len(records) == 0 || head.TTL < ttl {
			ttl = head.TTL
		}
		records = append(records, record)
	}
	return records, time.Duration(ttl) * time.Second, nil
}

// readRecord reads one of the type, which comes next.
func readRecord(p *dnsmessage.Parser, kind dnsmessage.Type) (string, error) {
	switch kind {
	case dnsmessage.TypeTXT:
		r, err := p.TXTResource()
		return strings.Join(r.TXT, ""), err
	case dnsmessage.TypeA:
		r, err := p.AResource()
		return string(r.A[:]), err
	case dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return string(r.AAAA[:]), err
	default:
		return "", fmt.Errorf("records of type %d are not asked for", uint16(kind))
	}
}
