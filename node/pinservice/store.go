package pinservice

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
	"github.com/multiformats/go-base32"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/web"
)

// prefix of the services' records. What follows is the service's name in base32.
const prefix = "/pinning-services"

// Bounds of what is kept.
const (
	maxName     = 255
	maxToken    = 4 << 10
	maxServices = 100
)

// Store is the services that a repo knows. Its methods may be called concurrently.
type Store struct {
	records ds.Batching

	mu sync.Mutex // held from looking at the names to writing them
}

// New returns the store of the services in records.
func New(records ds.Batching) *Store { return &Store{records: records} }

// record is a service as it is kept.
type record struct {
	Endpoint string
	Token    string
}

func recordKey(name string) ds.Key {
	return ds.NewKey(prefix).ChildString(base32.RawStdEncoding.EncodeToString([]byte(name)))
}

// Add keeps a service under a name that no other has.
func (s *Store) Add(ctx context.Context, name, endpoint, token string) error {
	if name == "" || len(name) > maxName {
		return invalid("service", name, "a name has 1 to 255 bytes")
	}
	if token == "" || len(token) > maxToken || strings.ContainsFunc(token, isNotToken) {
		return invalid("key", nil, "a token is 1 to 4096 characters of ASCII, without spaces")
	}
	url, err := web.CheckURL(endpoint)
	if err != nil {
		return err
	}
	if strings.HasSuffix(url, "/pins") {
		return nodeapi.Errorf(nodeapi.CodeInvalidURL, map[string]any{"value": endpoint},
			"%q cannot be used: the endpoint is given without /pins at its end", endpoint)
	}
	data, err := json.Marshal(record{url, token})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.List(ctx)
	if err != nil {
		return err
	}
	switch {
	case slices.ContainsFunc(all, func(other *Service) bool { return other.Name == name }):
		return nodeapi.Errorf(nodeapi.CodeServiceExists, map[string]any{"service": name}, "there is a service %q already", name)
	case len(all) >= maxServices:
		return invalid("service", name, "there are 100 services already, which is the most")
	}
	if err := s.records.Put(ctx, recordKey(name), data); err != nil {
		return err
	}
	return s.records.Sync(ctx, recordKey(name))
}

// isNotToken reports whether a character cannot be in a header after "Bearer ".
func isNotToken(r rune) bool { return r <= ' ' || r > '~' }

// Remove forgets a service and its token. That there is none is no error.
func (s *Store) Remove(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.records.Delete(ctx, recordKey(name)); err != nil {
		return err
	}
	return s.records.Sync(ctx, recordKey(name))
}

// Get returns a service.
func (s *Store) Get(ctx context.Context, name string) (*Service, error) {
	data, err := s.records.Get(ctx, recordKey(name))
	if errors.Is(err, ds.ErrNotFound) {
		return nil, nodeapi.Errorf(nodeapi.CodeNoSuchService, map[string]any{"service": name}, "there is no service %q", name)
	}
	if err != nil {
		return nil, err
	}
	return readRecord(name, data)
}

func readRecord(name string, data []byte) (*Service, error) {
	var r record
	if json.Unmarshal(data, &r) != nil { // whose error could tell the token
		return nil, nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "the record of the service %q cannot be read", name)
	}
	return &Service{Name: name, Endpoint: r.Endpoint, token: r.Token}, nil
}

// List returns all services by name.
func (s *Store) List(ctx context.Context) ([]*Service, error) {
	results, err := s.records.Query(ctx, query.Query{Prefix: prefix})
	if err != nil {
		return nil, err
	}
	defer results.Close()
	var all []*Service
	for result := range results.Next() {
		if result.Error != nil {
			return nil, result.Error
		}
		name, err := base32.RawStdEncoding.DecodeString(ds.RawKey(result.Key).BaseNamespace())
		if err != nil {
			return nil, nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "the service at %q has no name: %w", result.Key, err)
		}
		service, err := readRecord(string(name), result.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, service)
	}
	slices.SortFunc(all, func(a, b *Service) int { return strings.Compare(a.Name, b.Name) })
	return all, ctx.Err()
}

func invalid(option string, value any, why string) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": option, "value": value}, "option %s: %s", option, why)
}
