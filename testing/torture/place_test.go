package torture

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestPlacesAreSeen says which files of the Mutable File System are faults.
func TestPlacesAreSeen(t *testing.T) {
	first, second := &spec{Kind: kindFile, Size: 1, Seed: 1}, &spec{Kind: kindFile, Size: 1, Seed: 2}
	for _, c := range []struct {
		name string
		tell func(s *story, p *place)
		hold *spec // what is found
		want string
	}{
		{"all is well", func(s *story, p *place) { s.wrote(p, first) }, first, ""},
		{"a write is lost", func(s *story, p *place) { s.wrote(p, first) }, nil, "is not what it may be"},
		{"an older version is there", func(s *story, p *place) { s.wrote(p, first); s.wrote(p, second) }, first, "is not what it may be"},
		{"a removed file comes back", func(s *story, p *place) { s.wrote(p, first); s.wrote(p, nil) }, first, "is not what it may be"},
		{"one that nobody waits for may be made", func(s *story, p *place) { s.wrote(p, first); s.writes(p, second); s.tabGone(1) }, second, ""},
		{"or not", func(s *story, p *place) { s.wrote(p, first); s.writes(p, second); s.tabGone(1) }, first, ""},
		{"but leaves one of them", func(s *story, p *place) { s.wrote(p, first); s.writes(p, second); s.tabGone(1) }, nil, "is not what it may be"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t)
			p := s.places[0]
			c.tell(s, p)
			var texts []string
			for _, f := range s.observePlaces(s.found(c.hold)) {
				texts = append(texts, f.text)
			}
			if wrong := strings.Join(texts, "; "); c.want == "" && wrong != "" || !strings.Contains(wrong, c.want) {
				t.Errorf("got %q; want %q", wrong, c.want)
			}
		})
	}
	s := newStory(t)
	found := s.found(nil)
	found.Strange = []string{"/tree 9/9"}
	if faults := s.observePlaces(found); len(faults) != 1 {
		t.Errorf("got %v; want a fault of the file that nobody asked for", faults)
	}
}

func (s *story) writes(p *place, content *spec) *operation {
	op := &operation{do: doWrite, tab: 1, changes: []change{{p, content}}}
	s.begin(op)
	return op
}

func (s *story) wrote(p *place, content *spec) {
	s.t.Helper()
	if faults := s.acknowledge(s.writes(p, content), outcome{}); len(faults) > 0 {
		s.t.Fatal(faults)
	}
}

// found has the first place hold something, and the others what they may.
func (s *story) found(content *spec) foundPlaces {
	found := foundPlaces{Holds: map[string]held{}}
	for i, p := range s.places {
		if i > 0 {
			found.Holds[p.path] = held{}
			continue
		}
		which := slices.Index(p.may, content)
		if which < 0 {
			found.Holds[p.path] = held{Wrong: "there are other bytes"}
		} else {
			found.Holds[p.path] = held{Which: which}
		}
	}
	return found
}

// TestLoadChangesPlaces has every operation acknowledged at once, and wants each kind
// of those on places, none on one of which another is under way.
func TestLoadChangesPlaces(t *testing.T) {
	m := newModel()
	m.reached("peer", "first")
	l := newLoad(m, rand.New(rand.NewPCG(1, 2)))
	done := map[string]int{}
	var open []*operation
	for range 2000 {
		op := l.next(1)
		for _, other := range open {
			for _, c := range op.changes {
				if slices.ContainsFunc(other.changes, func(o change) bool { return o.place == c.place }) {
					t.Fatalf("%v is asked for while %v is under way", op, other)
				}
			}
		}
		if open = append(open, op); len(open) < 3 {
			continue
		}
		first := open[0]
		open = open[1:]
		out := outcome{}
		if first.do == doAdd {
			if out.CID = first.object.cid; out.CID == "" {
				out.CID = rawCID([]byte(first.object.name))
			}
		}
		if faults := m.acknowledge(first, out); len(faults) > 0 {
			t.Fatal(faults)
		}
		done[first.do]++
	}
	for _, do := range []string{doWrite, doCopy, doMove, doRemove, doReadFile} {
		if done[do] == 0 {
			t.Errorf("among %v there is no %s", done, do)
		}
	}
}

// checkPlaces wants each file of the Mutable File System to be one that it may be.
func (r *run) checkPlaces(ctx context.Context, auditor *tab) {
	r.t.Helper()
	type asked struct {
		Path string  `json:"path"`
		May  []*spec `json:"may"`
	}
	var places []asked
	r.mu.Lock()
	for _, p := range r.model.places {
		places = append(places, asked{p.path, p.may})
	}
	r.mu.Unlock()
	var found foundPlaces
	if err := auditor.page.Eval(ctx, &found, "return files(args[0])", places); err != nil {
		r.fault(nil, "tab %d: %v", auditor.id, err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(r.model.observePlaces(found)...)
}
