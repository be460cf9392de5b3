package node

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/path"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/keystore"
	"github.com/sharednode/sharednode/node/names"
)

func (n *Node) newNames() *names.Names {
	return names.New(names.Config{
		Records:   n.cfg.Datastore,
		Keys:      n.keys,
		Routers:   n.routers.ofNames,
		LookupTXT: n.lookupTXT,
		Logger:    n.cfg.Logger.With("logger", "names"),
	})
}

func (n *Node) lookupTXT(ctx context.Context, domain string) ([]string, error) {
	if n.net == nil {
		return nil, errOffline
	}
	return n.net.LookupTXT(ctx, domain)
}

// NamePublish points the name of a key at a path.
func (n *Node) NamePublish(ctx context.Context, req nodeapi.NamePublishRequest) (nodeapi.NamePublished, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	published, err := n.publishName(ctx, req)
	return published, n.store.wrap(ctx, err)
}

func (n *Node) publishName(ctx context.Context, req nodeapi.NamePublishRequest) (nodeapi.NamePublished, error) {
	var none nodeapi.NamePublished
	if _, err := keystore.FormatID(n.id, req.IPNSBase); err != nil {
		return none, err
	}
	p := names.Publishing{AllowOffline: req.AllowOffline, Alone: n.net == nil || nodeapi.IsOffline(ctx)}
	if p.Alone && !p.AllowOffline {
		return none, errOffline
	}
	var err error
	if p.Lifetime, err = duration("lifetime", req.Lifetime, ipns.DefaultRecordLifetime); err != nil {
		return none, err
	}
	if p.TTL, err = duration("ttl", req.TTL, ipns.DefaultRecordTTL); err != nil {
		return none, err
	}
	value, err := parseValue(req.Value)
	if err != nil {
		return none, err
	}
	keyName := req.Key
	if keyName == "" {
		keyName = nodeapi.KeySelf
	}
	key, err := n.keys.Find(ctx, keyName)
	if err != nil {
		return none, err
	}
	if req.Resolve == nil || *req.Resolve {
		if err := n.leadsSomewhere(ctx, value); err != nil {
			return none, err
		}
	}
	if _, err := n.names.Publish(ctx, key, value, p); err != nil {
		return none, err
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return none, err
	}
	name, err := keystore.FormatID(id, req.IPNSBase)
	return nodeapi.NamePublished{Name: name, Value: value.String()}, err
}

// duration reads one of Go's, as Kubo has them.
func duration(option, text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, invalidOption(option, text, `%s: want a duration like "24h" or "1h30m", not %q`, option, text)
	}
	return d, nil
}

// parseValue reads what a name is to point at.
func parseValue(text string) (path.Path, error) {
	full := text
	if !strings.HasPrefix(full, "/") {
		full = "/ipfs/" + full
	}
	p, err := path.NewPath(full)
	if err != nil {
		return nil, invalidPath(text, err.Error())
	}
	if p.Namespace() == path.IPNSNamespace {
		_, _, err = names.Split(full)
	} else {
		_, err = parsePath(full)
	}
	return p, err
}

// leadsSomewhere returns nil once there is a block at the end of a path.
func (n *Node) leadsSomewhere(ctx context.Context, value path.Path) error {
	p, err := n.path(ctx, value.String())
	if err != nil {
		return err
	}
	c, _, err := n.store.resolve(ctx, p)
	if err != nil {
		return err
	}
	return n.store.need(ctx, c)
}

func (n *Node) nameOptions(ctx context.Context, noCache bool) names.Options {
	return names.Options{NoCache: noCache, Offline: n.net == nil || nodeapi.IsOffline(ctx)}
}

// NameResolve yields what a name points at: what is known at once, then what is
// newer. The last is the answer.
func (n *Node) NameResolve(ctx context.Context, req nodeapi.NameResolveRequest) iter.Seq2[nodeapi.NameResolved, error] {
	return func(yield func(nodeapi.NameResolved, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		name := req.Name
		if name == "" {
			name = ipns.NameFromPeer(n.id).String()
		}
		recursive := req.Recursive == nil || *req.Recursive
		for path, err := range n.names.Resolve(ctx, name, recursive, n.nameOptions(ctx, req.NoCache)) {
			if !yield(nodeapi.NameResolved{Path: path}, n.store.wrap(ctx, err)) {
				return
			}
		}
	}
}
