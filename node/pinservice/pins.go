package pinservice

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// pageSize is how many pins are asked for at a time, and maxPages how many pages:
// a service that goes on for ever is not followed for ever.
const (
	pageSize = 100
	maxPages = 10_000
)

// Pin is a request to pin, and what has become of it.
type Pin struct {
	ID     string
	Cid    cid.Cid
	Name   string
	Status string
	// Delegates has the multiaddrs of those who are to be given the DAG.
	Delegates []string
}

// status is PinStatus as the API has it.
type status struct {
	RequestID string    `json:"requestid"`
	Status    string    `json:"status"`
	Created   time.Time `json:"created"`
	Pin       pin       `json:"pin"`
	Delegates []string  `json:"delegates"`
}

type pin struct {
	CID     string   `json:"cid"`
	Name    string   `json:"name,omitempty"`
	Origins []string `json:"origins,omitempty"`
}

type page struct {
	Count   int      `json:"count"`
	Results []status `json:"results"`
}

// Query says which pins are meant.
type Query struct {
	Cids   []cid.Cid
	Name   string   // exactly
	Status []string // one of these; "pinned" unless set
}

// statuses has all there are, the word for each as kubo-rpc-client has it.
var statuses = []string{nodeapi.RemotePinQueued, nodeapi.RemotePinPinning, nodeapi.RemotePinPinned, nodeapi.RemotePinFailed}

// Check refuses what the API does not take.
func (q Query) Check() error {
	for _, s := range q.Status {
		if !slices.Contains(statuses, s) {
			return invalid("status", s, "want "+strings.Join(statuses, ", "))
		}
	}
	if len(q.Cids) > 10 {
		return invalid("cid", len(q.Cids), "the most is 10")
	}
	if len(q.Name) > maxName {
		return invalid("name", nil, "the most is 255 bytes")
	}
	return nil
}

// matches looks again: there are services that pass over a part of a query, and
// what it means may be removed. ipfs-cluster does not look at the name where there
// are CIDs.
func (q Query) matches(p Pin) bool {
	sameHash := func(c cid.Cid) bool { return string(c.Hash()) == string(p.Cid.Hash()) }
	return (q.Name == "" || q.Name == p.Name) &&
		(len(q.Cids) == 0 || slices.ContainsFunc(q.Cids, sameHash)) &&
		(len(q.Status) == 0 || slices.Contains(q.Status, p.Status))
}

// Add asks to pin a DAG.
func (s *Service) Add(ctx context.Context, c cid.Cid, name string, origins []string) (Pin, error) {
	var answer status
	if err := s.call(ctx, "POST", "/pins", pin{c.String(), name, origins}, &answer); err != nil {
		return Pin{}, err
	}
	return s.read(answer)
}

// Get returns what has become of a request.
func (s *Service) Get(ctx context.Context, id string) (Pin, error) {
	var answer status
	if err := s.call(ctx, "GET", pinPath(id), nil, &answer); err != nil {
		return Pin{}, err
	}
	return s.read(answer)
}

// Remove takes a request back.
func (s *Service) Remove(ctx context.Context, id string) error {
	return s.call(ctx, "DELETE", pinPath(id), nil, nil)
}

// List yields the pins that q means, the newest first.
func (s *Service) List(ctx context.Context, q Query) iter.Seq2[Pin, error] {
	return func(yield func(Pin, error) bool) {
		before := ""
		var last time.Time
		for range maxPages {
			var p page
			if err := s.call(ctx, "GET", q.query(before, pageSize), nil, &p); err != nil {
				yield(Pin{}, err)
				return
			}
			for _, st := range p.Results {
				pin, err := s.read(st)
				if err == nil && !q.matches(pin) {
					continue
				}
				if !yield(pin, err) || err != nil {
					return
				}
			}
			if len(p.Results) == 0 || p.Count <= len(p.Results) {
				return
			}
			// The next page is of older ones. A service that gives none older would
			// give the same again.
			oldest := p.Results[len(p.Results)-1].Created
			if oldest.IsZero() || !last.IsZero() && !oldest.Before(last) {
				yield(Pin{}, s.malformed("its pages do not go on to older pins"))
				return
			}
			last, before = oldest, oldest.UTC().Format(time.RFC3339Nano)
		}
	}
}

// Count returns how many pins are of a status.
func (s *Service) Count(ctx context.Context, of string) (uint64, error) {
	var p page
	if err := s.call(ctx, "GET", Query{Status: []string{of}}.query("", 1), nil, &p); err != nil {
		return 0, err
	}
	return uint64(max(p.Count, len(p.Results))), nil
}

func (s *Service) read(st status) (Pin, error) {
	c, err := cid.Decode(st.Pin.CID)
	switch {
	case err != nil:
		return Pin{}, s.malformed("a pin has no CID that can be read")
	case st.RequestID == "":
		return Pin{}, s.malformed("a pin has no id")
	case !slices.Contains(statuses, st.Status):
		return Pin{}, s.malformed("a pin has a status that there is not")
	}
	return Pin{ID: st.RequestID, Cid: c, Name: st.Pin.Name, Status: st.Status, Delegates: st.Delegates}, nil
}

// malformed is the error of an answer that is JSON and not what it should be.
func (s *Service) malformed(why string) error {
	return nodeapi.Errorf(nodeapi.CodeHTTPMalformed, map[string]any{"url": s.Endpoint, "service": s.Name}, "the service %q: %s", s.Name, why)
}
