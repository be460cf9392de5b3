package names

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/path"
	ds "github.com/ipfs/go-datastore"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/multiformats/go-base32"
)

// A Record is a record that was read.
type Record struct {
	Data  []byte // as it is signed
	Value string // the path that it points at

	sequence uint64
	end      time.Time
	ttl      time.Duration
}

// Verify reads a record and checks that it is its name's, and still good.
func Verify(name ipns.Name, data []byte) (*Record, error) {
	rec, err := ipns.UnmarshalRecord(data)
	if err == nil {
		err = ipns.ValidateWithName(rec, name)
	}
	if err != nil {
		return nil, invalidRecord(name.String(), err)
	}
	return read(name, data, rec)
}

// read does without the signature.
func read(name ipns.Name, data []byte, rec *ipns.Record) (*Record, error) {
	value, err := rec.Value()
	if err != nil {
		return nil, invalidRecord(name.String(), err)
	}
	r := &Record{Data: data, Value: value.String()}
	var errs [3]error
	r.sequence, errs[0] = rec.Sequence()
	r.end, errs[1] = rec.Validity()
	r.ttl, errs[2] = rec.TTL()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, invalidRecord(name.String(), err)
	}
	return r, nil
}

// sign makes a record.
func sign(name ipns.Name, key crypto.PrivKey, value path.Path, sequence uint64, end time.Time, ttl time.Duration) (*Record, error) {
	rec, err := ipns.NewRecord(key, value, sequence, end, ttl)
	if err != nil {
		return nil, err
	}
	data, err := ipns.MarshalRecord(rec)
	if err != nil {
		return nil, err
	}
	if len(data) > ipns.MaxRecordSize {
		return nil, invalidRecord(name.String(), ipns.ErrRecordSize)
	}
	return read(name, data, rec)
}

// Newer reports whether a record replaces another, which may be nil.
func (r *Record) Newer(than *Record) bool {
	if than == nil || r.sequence != than.sequence {
		return than == nil || r.sequence > than.sequence
	}
	return r.end.After(than.end)
}

func (r *Record) expired() bool { return time.Now().After(r.end) }

// recordKey is where boxo keeps records, too.
func recordKey(name ipns.Name) ds.Key {
	return ds.NewKey("/ipns").ChildString(base32.RawStdEncoding.EncodeToString([]byte(name.Peer())))
}

// lifetimeKey has for how long a record that was signed here is valid, in
// nanoseconds: when it is renewed it is for as long again.
func lifetimeKey(name ipns.Name) ds.Key {
	return ds.NewKey("/ipns-lifetime").ChildString(base32.RawStdEncoding.EncodeToString([]byte(name.Peer())))
}

// load returns the repo's record of a name, which may have expired, or nil.
func (n *Names) load(ctx context.Context, name ipns.Name) (*Record, error) {
	data, err := n.cfg.Records.Get(ctx, recordKey(name))
	if errors.Is(err, ds.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rec, err := ipns.UnmarshalRecord(data)
	if err != nil {
		return nil, fmt.Errorf("the repo's record of %s: %w", name, err)
	}
	return read(name, data, rec)
}

// keep writes a record and, if it was signed here, its lifetime.
func (n *Names) keep(ctx context.Context, name ipns.Name, data []byte, lifetime time.Duration) error {
	batch, err := n.cfg.Records.Batch(ctx)
	if err != nil {
		return err
	}
	if err := batch.Put(ctx, recordKey(name), data); err != nil {
		return err
	}
	if lifetime > 0 {
		if err := batch.Put(ctx, lifetimeKey(name), strconv.AppendInt(nil, int64(lifetime), 10)); err != nil {
			return err
		}
	}
	if err := batch.Commit(ctx); err != nil {
		return err
	}
	return n.cfg.Records.Sync(ctx, recordKey(name))
}

// lifetime returns that of a record that was signed here.
func (n *Names) lifetime(ctx context.Context, name ipns.Name) time.Duration {
	data, err := n.cfg.Records.Get(ctx, lifetimeKey(name))
	if err != nil {
		return ipns.DefaultRecordLifetime
	}
	d, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil || d <= 0 {
		return ipns.DefaultRecordLifetime
	}
	return time.Duration(d)
}
