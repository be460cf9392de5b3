package torture

import "fmt"

// A place is a path of the Mutable File System, and what is known of it.
type place struct {
	path string
	// may has what the file may hold, of which it holds one: what was acknowledged
	// last, and what was asked for since. nil is no file.
	may []*spec
	// doing is the operation under way on it, and doubtful, as an object has them.
	doing    *operation
	doubtful int
}

// A change is what an operation makes of a place.
type change struct {
	place   *place
	content *spec // nil for no file
}

func (p *place) String() string { return p.path }

func (p *place) certain() bool { return p.doing == nil && p.doubtful == 0 && len(p.may) == 1 }

// Each tree of the load is a directory that all tabs write into.
const (
	trees       = 3
	treeFiles   = 4
	maxTreeFile = 256 << 10
)

func newPlaces() []*place {
	var places []*place
	for tree := range trees {
		for file := range treeFiles {
			places = append(places, &place{path: fmt.Sprintf("/tree %d/%d", tree, file), may: []*spec{nil}})
		}
	}
	return places
}

// tree changes, or reads, what is in the Mutable File System.
func (l *load) tree() *operation {
	at := l.place((*place).certain)
	if at == nil {
		return nil
	}
	if at.may[0] == nil || l.rng.IntN(2) == 0 {
		if op := l.copy(at); op != nil && l.rng.IntN(3) == 0 {
			return op
		}
		s := &spec{Kind: kindFile, Size: l.size(maxTreeFile), Seed: l.seed(), Source: pick(l.rng, []string{"bytes", "blob", "stream", "pieces"})}
		return &operation{do: doWrite, changes: []change{{at, s}}}
	}
	switch l.rng.IntN(4) {
	case 0:
		return &operation{do: doRemove, changes: []change{{at, nil}}}
	case 1:
		to := l.place(func(p *place) bool { return p.certain() && p.may[0] == nil })
		if to == nil {
			return nil
		}
		return &operation{do: doMove, changes: []change{{at, nil}, {to, at.may[0]}}}
	}
	return &operation{do: doReadFile, changes: []change{{at, at.may[0]}}}
}

// copy puts a pinned file at a place. Nobody unpins it before that is done.
func (l *load) copy(to *place) *operation {
	from := l.any(func(o *object) bool { return o.spec.Kind == kindFile && o.pinned() && o.cid != "" })
	if from == nil {
		return nil
	}
	return &operation{do: doCopy, object: from, changes: []change{{to, &from.spec}}}
}

// place returns one of the places that are so, nil if none is.
func (l *load) place(so func(*place) bool) *place {
	var found []*place
	for _, p := range l.model.places {
		if so(p) {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return pick(l.rng, found)
}

// beginChanges notes that places are about to change.
func (op *operation) beginChanges() {
	for _, c := range op.changes {
		c.place.doing = op
		if op.do != doReadFile {
			c.place.may = append(c.place.may, c.content)
		}
	}
}

func (op *operation) acknowledgeChanges() {
	for _, c := range op.changes {
		c.place.doing, c.place.may = nil, []*spec{c.content}
	}
}

// failChanges leaves places as they were or as they were to be, which they may
// become as long as the worker lives.
func (op *operation) failChanges(epoch int) {
	for _, c := range op.changes {
		c.place.doing = nil
		if op.do != doReadFile {
			c.place.doubtful = epoch
		}
	}
}

// foundPlaces is what a page found in the Mutable File System.
type foundPlaces struct {
	// Which of those that it may hold each file does, or what is wrong with it.
	Holds map[string]held `json:"holds"`
	// Files that nobody asked for.
	Strange []string `json:"strange"`
}

type held struct {
	Which int    `json:"which"`
	Wrong string `json:"wrong"`
}

// observePlaces compares what was found with what may be there, and takes over
// what could not be known.
func (m *model) observePlaces(found foundPlaces) (faults []fault) {
	for _, path := range found.Strange {
		faults = append(faults, fault{text: fmt.Sprintf("there is %q, which nobody asked for", path)})
	}
	for _, p := range m.places {
		h, ok := found.Holds[p.path]
		if !ok || h.Wrong != "" || h.Which >= len(p.may) {
			faults = append(faults, fault{p, fmt.Sprintf("%v is not what it may be, one of %d: %s", p, len(p.may), h.Wrong)})
			continue
		}
		// As with pins: what nobody waits for is over when its worker is.
		if p.doing == nil && p.doubtful < m.epochs {
			if len(p.may) > 1 {
				m.history.add(p, "%v turns out to hold number %d of %d", p, h.Which+1, len(p.may))
			}
			p.may, p.doubtful = []*spec{p.may[h.Which]}, 0
		}
	}
	return faults
}
