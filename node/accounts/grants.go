package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A Grants keeps what origins are granted.
type Grants struct {
	Datastore ds.Datastore
	// Unreadable is told of a record that cannot be read, for which it is as if there
	// was none: what nobody can read allows nothing.
	Unreadable func(error)
}

type grantsRecord struct {
	Version int            `cbor:"version"`
	Grants  nodeapi.Grants `cbor:"grants"`
	Granted int64          `cbor:"granted"` // Unix milliseconds
}

// All returns the grants of all origins.
func (g *Grants) All(ctx context.Context) ([]nodeapi.OriginGrants, error) {
	entries, err := entriesOf(ctx, g.Datastore, query.Query{Prefix: grantsKey.String(), Orders: []query.Order{query.OrderByKey{}}})
	if err != nil {
		return nil, err
	}
	var all []nodeapi.OriginGrants
	for _, e := range entries {
		if origin, err := originOf(e.Key); err != nil {
			g.Unreadable(fmt.Errorf("the key %s names no origin: %w", e.Key, err))
		} else if kept, ok := g.read(origin, e.Value); ok {
			all = append(all, kept)
		}
	}
	return all, nil
}

// Of returns the grants of an origin, or false if it has none.
func (g *Grants) Of(ctx context.Context, origin string) (nodeapi.OriginGrants, bool, error) {
	value, err := g.Datastore.Get(ctx, keyOf(grantsKey, origin))
	if errors.Is(err, ds.ErrNotFound) {
		return nodeapi.OriginGrants{}, false, nil
	}
	if err != nil {
		return nodeapi.OriginGrants{}, false, err
	}
	kept, ok := g.read(origin, value)
	return kept, ok, nil
}

func (g *Grants) read(origin string, value []byte) (nodeapi.OriginGrants, bool) {
	var r grantsRecord
	if err := decode(value, &r); err != nil {
		g.Unreadable(fmt.Errorf("what %s is granted cannot be read, so that it is granted nothing: %w", origin, err))
		return nodeapi.OriginGrants{}, false
	}
	return nodeapi.OriginGrants{Origin: origin, Grants: r.Grants, Granted: r.Granted}, true
}

// Set keeps what an origin is granted from now on.
func (g *Grants) Set(ctx context.Context, origin string, grants nodeapi.Grants) error {
	r := grantsRecord{Version: recordVersion, Grants: grants, Granted: time.Now().UnixMilli()}
	return putDurably(ctx, g.Datastore, keyOf(grantsKey, origin), r)
}

// Remove removes what an origin is granted.
func (g *Grants) Remove(ctx context.Context, origin string) error {
	return removeDurably(ctx, g.Datastore, keyOf(grantsKey, origin))
}

func removeDurably(ctx context.Context, d ds.Datastore, key ds.Key) error {
	ctx = context.WithoutCancel(ctx)
	if err := d.Delete(ctx, key); err != nil {
		return err
	}
	return d.Sync(ctx, key)
}
