package accounts

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
)

// recordVersion is that of the records. Those of another version are not
// understood.
const recordVersion = 1

var (
	grantsKey = ds.NewKey("/origins/grants")
	usedKey   = ds.NewKey("/origins/used")
	pinsKey   = ds.NewKey("/origins/pins")
)

// PinsKey is below which an origin's pins are.
func PinsKey(origin string) ds.Key { return keyOf(pinsKey, origin) }

func keyOf(dir ds.Key, origin string) ds.Key {
	return ds.RawKey(dir.String() + "/" + encoded + base64.RawURLEncoding.EncodeToString([]byte(origin)))
}

// encoded is multibase's letter for base64url.
const encoded = "u"

func originOf(key string) (string, error) {
	text := strings.TrimPrefix(ds.RawKey(key).BaseNamespace(), encoded)
	origin, err := base64.RawURLEncoding.DecodeString(text)
	return string(origin), err
}

// Origins returns, sorted, all that have a record of either kind.
func Origins(ctx context.Context, d ds.Datastore) ([]string, error) {
	found := map[string]struct{}{}
	for _, dir := range []ds.Key{usedKey, grantsKey} {
		entries, err := entriesOf(ctx, d, query.Query{Prefix: dir.String(), KeysOnly: true})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if origin, err := originOf(e.Key); err == nil {
				found[origin] = struct{}{}
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

func entriesOf(ctx context.Context, d ds.Datastore, q query.Query) ([]query.Entry, error) {
	results, err := d.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	defer results.Close()
	return results.Rest()
}

// decode reads a record, whose version comes first: of a later one the rest may
// mean something else.
func decode(value []byte, record any) error {
	var head struct {
		Version int `cbor:"version"`
	}
	if err := cbor.Unmarshal(value, &head); err != nil {
		return err
	}
	if head.Version != recordVersion {
		return fmt.Errorf("it has version %d; this program knows version %d", head.Version, recordVersion)
	}
	return cbor.Unmarshal(value, record)
}

// putDurably writes a record to its end: nobody would know whether one given up was
// written.
func putDurably(ctx context.Context, d ds.Datastore, key ds.Key, record any) error {
	value, err := cbor.Marshal(record)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if err := d.Put(ctx, key, value); err != nil {
		return err
	}
	return d.Sync(ctx, key)
}
