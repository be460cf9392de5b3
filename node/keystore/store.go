package keystore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-base32"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// prefix of the keys' records. What follows is the key's name in base32.
const prefix = "/keys"

// Store is the keys of a repo. Its methods may be called concurrently.
type Store struct {
	records ds.Batching
	self    crypto.PrivKey

	mu sync.Mutex // held from looking at the names to writing them
}

// New returns the store of the keys in records, of which self is none: it is kept
// elsewhere, and has the name nodeapi.KeySelf.
func New(records ds.Batching, self crypto.PrivKey) *Store {
	return &Store{records: records, self: self}
}

// An Entry is a key as it may be told of.
type Entry struct {
	Name string
	ID   peer.ID
}

func recordKey(name string) ds.Key {
	return ds.NewKey(prefix).ChildString(base32.RawStdEncoding.EncodeToString([]byte(name)))
}

// Gen makes a key. bits is for RSA alone; 0 takes the default.
func (s *Store) Gen(ctx context.Context, name, kind string, bits uint64) (Entry, error) {
	if err := checkNewName(name); err != nil {
		return Entry{}, err
	}
	if err := s.checkFree(ctx, name); err != nil {
		return Entry{}, err // before the work
	}
	key, err := generate(ctx, kind, bits)
	if err != nil {
		return Entry{}, err
	}
	return s.add(ctx, name, key)
}

// Import takes a key in.
func (s *Store) Import(ctx context.Context, name string, data []byte, password, format string) (Entry, error) {
	if err := checkNewName(name); err != nil {
		return Entry{}, err
	}
	key, err := decode(ctx, data, password, format)
	if err != nil {
		return Entry{}, err
	}
	return s.add(ctx, name, key)
}

// add keeps a key under a name that is free.
func (s *Store) add(ctx context.Context, name string, key crypto.PrivKey) (Entry, error) {
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return Entry{}, err
	}
	data, err := crypto.MarshalPrivateKey(key)
	if err != nil {
		return Entry{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkFree(ctx, name); err != nil {
		return Entry{}, err
	}
	if err := s.records.Put(ctx, recordKey(name), data); err != nil {
		return Entry{}, err
	}
	return Entry{name, id}, s.records.Sync(ctx, recordKey(name))
}

func (s *Store) checkFree(ctx context.Context, name string) error {
	taken, err := s.records.Has(ctx, recordKey(name))
	if err == nil && taken {
		err = nodeapi.Errorf(nodeapi.CodeKeyExists, map[string]any{"key": name}, "there is a key %q already", name)
	}
	return err
}

// Get returns the key of a name.
func (s *Store) Get(ctx context.Context, name string) (crypto.PrivKey, error) {
	if name == nodeapi.KeySelf {
		return s.self, nil
	}
	data, err := s.records.Get(ctx, recordKey(name))
	if errors.Is(err, ds.ErrNotFound) {
		return nil, noSuchKey(name)
	}
	if err != nil {
		return nil, err
	}
	return readRecord(name, data)
}

func readRecord(name string, data []byte) (crypto.PrivKey, error) {
	key, err := crypto.UnmarshalPrivateKey(data)
	if err != nil {
		return nil, nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "the key %q cannot be read: %w", name, err)
	}
	return key, nil
}

// Find returns the key of a name or, if no key has that name, of an id.
func (s *Store) Find(ctx context.Context, nameOrID string) (crypto.PrivKey, error) {
	key, err := s.Get(ctx, nameOrID)
	if nodeapi.CodeOf(err) != nodeapi.CodeNoSuchKey {
		return key, err
	}
	id, notID := ParseID(nameOrID)
	if notID != nil {
		return nil, err
	}
	var found crypto.PrivKey
	failed := s.each(ctx, func(entry Entry, key crypto.PrivKey) bool {
		if entry.ID == id {
			found = key
		}
		return found == nil
	})
	if failed != nil || found != nil {
		return found, failed
	}
	return nil, err
}

// List returns all keys: self first, the others by name.
func (s *Store) List(ctx context.Context) ([]Entry, error) {
	var entries []Entry
	err := s.each(ctx, func(entry Entry, _ crypto.PrivKey) bool {
		entries = append(entries, entry)
		return true
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries[1:], func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

// each calls f with each key, self first, until it returns false.
func (s *Store) each(ctx context.Context, f func(Entry, crypto.PrivKey) bool) error {
	id, err := peer.IDFromPrivateKey(s.self)
	if err != nil || !f(Entry{nodeapi.KeySelf, id}, s.self) {
		return err
	}
	results, err := s.records.Query(ctx, query.Query{Prefix: prefix})
	if err != nil {
		return err
	}
	defer results.Close()
	for result := range results.Next() {
		if result.Error != nil {
			return result.Error
		}
		name, err := base32.RawStdEncoding.DecodeString(ds.RawKey(result.Key).BaseNamespace())
		if err != nil {
			return nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "the key at %q has no name: %w", result.Key, err)
		}
		key, err := readRecord(string(name), result.Value)
		if err != nil {
			return err
		}
		if id, err = peer.IDFromPrivateKey(key); err != nil {
			return err
		}
		if !f(Entry{string(name), id}, key) {
			break
		}
	}
	return ctx.Err()
}

// Remove takes a key away for good.
func (s *Store) Remove(ctx context.Context, name string) (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, _, err := s.movable(ctx, name)
	if err != nil {
		return Entry{}, err
	}
	if err := s.records.Delete(ctx, recordKey(name)); err != nil {
		return Entry{}, err
	}
	return entry, s.records.Sync(ctx, recordKey(name))
}

// Rename gives a key another name, in one step, and reports whether it took that
// name from another key. Only force lets it.
func (s *Store) Rename(ctx context.Context, name, newName string, force bool) (_ Entry, overwrote bool, err error) {
	if err := checkNewName(newName); err != nil {
		return Entry{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, data, err := s.movable(ctx, name)
	if err != nil {
		return Entry{}, false, err
	}
	entry.Name = newName
	if name == newName {
		return entry, false, nil
	}
	if overwrote, err = s.records.Has(ctx, recordKey(newName)); err != nil {
		return Entry{}, false, err
	}
	if overwrote && !force {
		return Entry{}, false, s.checkFree(ctx, newName)
	}
	batch, err := s.records.Batch(ctx)
	if err != nil {
		return Entry{}, false, err
	}
	if err := batch.Put(ctx, recordKey(newName), data); err != nil {
		return Entry{}, false, err
	}
	if err := batch.Delete(ctx, recordKey(name)); err != nil {
		return Entry{}, false, err
	}
	if err := batch.Commit(ctx); err != nil {
		return Entry{}, false, err
	}
	return entry, overwrote, s.records.Sync(ctx, ds.NewKey(prefix))
}

// movable returns a key that may be removed, and its record.
func (s *Store) movable(ctx context.Context, name string) (Entry, []byte, error) {
	if name == nodeapi.KeySelf {
		return Entry{}, nil, ownIdentity(name)
	}
	data, err := s.records.Get(ctx, recordKey(name))
	if errors.Is(err, ds.ErrNotFound) {
		return Entry{}, nil, noSuchKey(name)
	}
	if err != nil {
		return Entry{}, nil, err
	}
	key, err := readRecord(name, data)
	if err != nil {
		return Entry{}, nil, err
	}
	id, err := peer.IDFromPrivateKey(key)
	return Entry{name, id}, data, err
}

// Export returns a key in a format, which is the encrypted one unless said.
func (s *Store) Export(ctx context.Context, name, password, format string) ([]byte, error) {
	if name == nodeapi.KeySelf {
		return nil, ownIdentity(name)
	}
	key, err := s.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	return encode(ctx, key, password, format)
}

func noSuchKey(name string) error {
	return nodeapi.Errorf(nodeapi.CodeNoSuchKey, map[string]any{"key": name}, "there is no key %q", name)
}

func ownIdentity(name string) error {
	return invalid("name", name, "%q is the node's identity, which stays as and where it is", name)
}

func invalid(option string, value any, format string, args ...any) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": option, "value": value},
		"option %s: %s", option, fmt.Sprintf(format, args...))
}
