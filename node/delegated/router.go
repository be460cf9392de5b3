package delegated

import (
	"context"
	"errors"
	"io"
	"iter"
	"mime"
	"strings"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/node/web"
)

// Router is a server of delegated routing.
type Router struct{ base string }

// New returns the router at a URL, with or without "/routing/v1" at its end.
func New(text string) (*Router, error) {
	base, err := web.CheckURL(text)
	if err != nil {
		return nil, err
	}
	return &Router{strings.TrimSuffix(base, "/routing/v1")}, nil
}

// URL returns where the router is.
func (r *Router) URL() string { return r.base }

const (
	typeJSON   = "application/json"
	typeNDJSON = "application/x-ndjson"
	typeRecord = "application/vnd.ipfs.ipns-record"
)

// ErrNotFound says that the router answered, and knows nothing of what it was
// asked for.
var ErrNotFound = errors.New("delegated: the router does not know it")

// Providers yields the peers that have a block, as they come.
func (r *Router) Providers(ctx context.Context, c cid.Cid) iter.Seq2[Peer, error] {
	return r.peers(ctx, "/routing/v1/providers/"+c.String())
}

// Peer yields what is known of a peer.
func (r *Router) Peer(ctx context.Context, id peer.ID) iter.Seq2[Peer, error] {
	return r.peers(ctx, "/routing/v1/peers/"+peer.ToCid(id).String())
}

func (r *Router) peers(ctx context.Context, path string) iter.Seq2[Peer, error] {
	return func(yield func(Peer, error) bool) {
		resp, err := web.Fetch(ctx, web.Request{
			URL:      r.base + path,
			Header:   map[string]string{"Accept": typeNDJSON + ", " + typeJSON},
			MaxBytes: maxPeers,
		})
		if err != nil {
			yield(Peer{}, err)
			return
		}
		defer resp.Close()
		if err := readPeers(resp, func(p Peer) bool { return yield(p, nil) }); err != nil {
			yield(Peer{}, err)
		}
	}
}

// GetIPNS returns the record of a name that the router has. It is not verified.
func (r *Router) GetIPNS(ctx context.Context, name ipns.Name) ([]byte, error) {
	resp, err := web.Fetch(ctx, web.Request{
		URL:      r.ipnsURL(name),
		Header:   map[string]string{"Accept": typeRecord},
		MaxBytes: int64(ipns.MaxRecordSize),
	})
	if err != nil {
		return nil, err
	}
	defer resp.Close()
	// A record is under its own media type. Old routers say 404 if there is none,
	// newer ones 200 and why, in words.
	kind, _, _ := mime.ParseMediaType(resp.ContentType)
	switch {
	case resp.Status == 404, resp.Status == 200 && kind != typeRecord:
		return nil, ErrNotFound
	case resp.Status != 200:
		return nil, resp.Refused()
	}
	return io.ReadAll(resp)
}

// PutIPNS hands the router a record.
func (r *Router) PutIPNS(ctx context.Context, name ipns.Name, record []byte) error {
	resp, err := web.Fetch(ctx, web.Request{
		Method:   "PUT",
		URL:      r.ipnsURL(name),
		Header:   map[string]string{"Content-Type": typeRecord},
		Body:     record,
		MaxBytes: int64(ipns.MaxRecordSize),
	})
	if err != nil {
		return err
	}
	defer resp.Close()
	if resp.Status < 200 || resp.Status > 299 {
		return resp.Refused()
	}
	return nil
}

func (r *Router) ipnsURL(name ipns.Name) string { return r.base + "/routing/v1/ipns/" + name.String() }
