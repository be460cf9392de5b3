package torture

import (
	"fmt"
	"slices"
)

// What is asked of a page.
const (
	doAdd     = "add"     // store a new object, pinned or not
	doPin     = "pin"     // give an object another pin
	doUnpin   = "unpin"   // take an object's pin away
	doCollect = "collect" // collect garbage
	doRead    = "read"    // read an object back
	doPublish = "publish" // publish a number

	doWrite    = "write"    // write a file of the Mutable File System anew
	doCopy     = "copy"     // put an object there
	doMove     = "move"     // move a file there
	doRemove   = "remove"   // remove one
	doReadFile = "readFile" // read one back
)

// operation is one thing asked of a page.
type operation struct {
	id     int
	do     string
	tab    int
	object *object // nil where there is none
	to     pin     // what the object's pin is to become
	number int     // what to publish
	// What becomes of places, of a move those of which a file leaves one.
	changes []change
	// collected says that a collection may have been under way meanwhile.
	collected bool
}

func (op *operation) String() string {
	switch op.do {
	case doAdd, doPin:
		return fmt.Sprintf("%s %v: %v", op.do, op.object, op.to)
	case doUnpin, doRead:
		return fmt.Sprintf("%s %v", op.do, op.object)
	case doPublish:
		return fmt.Sprintf("publish %d", op.number)
	case doCopy:
		return fmt.Sprintf("copy %v to %v", op.object, op.changes[0].place)
	case doWrite, doMove, doRemove, doReadFile:
		text := op.do
		for _, c := range op.changes {
			text += " " + c.place.String()
		}
		return text
	}
	return op.do
}

// about is what the history has the operation under, nil if it is about nothing
// that lasts.
func (op *operation) about() any {
	switch {
	case len(op.changes) > 0:
		return op.changes[0].place
	case op.object != nil:
		return op.object
	}
	return nil
}

// outcome is how an operation ended, as the page tells it.
type outcome struct {
	CID      string  `json:"cid"`
	Children []child `json:"children"` // of a root, with their CIDs
	Code     string  `json:"code"`     // of the error; empty if all went well
	Message  string  `json:"message"`
}

// model knows what a repo must hold by all that was asked and acknowledged. It
// is not safe for concurrent use.
type model struct {
	history history
	objects []*object
	places  []*place
	byCID   map[string]*object
	byName  map[string]*object
	open    map[*operation]struct{}

	lastOperation int
	epoch         string
	epochs        int // how many there have been
	peerID        string
	// collecting is the last epoch in which a collection may be under way that
	// nobody waits for.
	collecting int
}

func newModel() *model {
	return &model{places: newPlaces(), byCID: map[string]*object{}, byName: map[string]*object{}, open: map[*operation]struct{}{}}
}

// reached notes which node in which start of its worker was met.
func (m *model) reached(peerID, epoch string) []fault {
	if m.epoch != epoch {
		m.epoch = epoch
		m.epochs++
		m.history.mark("epoch %s is number %d", epoch, m.epochs)
	}
	if m.peerID == "" {
		m.peerID = peerID
	}
	if m.peerID != peerID {
		return []fault{{text: fmt.Sprintf("the PeerId was %s and is %s", m.peerID, peerID)}}
	}
	return nil
}

// newObject adds an object that nobody has stored yet.
func (m *model) newObject(s spec) *object {
	o := &object{id: len(m.objects) + 1, spec: s, may: []pin{{}}}
	m.objects = append(m.objects, o)
	if s.Kind == kindBlock {
		m.identify(o, rawCID(random(s.Size, s.Seed)))
	}
	return o
}

// named gives the object a name that tells which it is before its CID is known.
func (m *model) named(o *object) string {
	o.name = fmt.Sprintf("object %d", o.id)
	m.byName[o.name] = o
	return o.name
}

func (m *model) identify(o *object, cid string) {
	o.cid = cid
	m.byCID[cid] = o
}

// begin notes that an operation is about to be asked for.
func (m *model) begin(op *operation) {
	m.lastOperation++
	op.id = m.lastOperation
	m.open[op] = struct{}{}
	m.history.add(op.about(), "tab %d: %v", op.tab, op)
	op.collected = m.isCollecting()
	op.beginChanges()
	switch op.do {
	case doCopy:
		op.object.doing = op
	case doAdd, doPin, doUnpin:
		op.object.doing = op
		op.object.allow(op.to)
		if m.isCollecting() && op.object.mayBe(pin{}) {
			op.object.collectable = true
		}
	case doCollect:
		for _, o := range m.objects {
			if o.mayBe(pin{}) {
				o.collectable = true
			}
		}
		for other := range m.open {
			other.collected = true
		}
	}
}

// isCollecting reports whether a collection may be under way.
func (m *model) isCollecting() bool {
	if m.collecting == m.epochs && m.epochs > 0 {
		return true
	}
	for op := range m.open {
		if op.do == doCollect {
			return true
		}
	}
	return false
}

// acknowledge notes that an operation went well.
func (m *model) acknowledge(op *operation, out outcome) []fault {
	delete(m.open, op)
	m.history.add(op.about(), "tab %d: done: %v", op.tab, op)
	op.acknowledgeChanges()
	o := op.object
	switch op.do {
	case doCopy:
		o.doing = nil
		return nil
	case doAdd:
		if o.cid != "" && o.cid != out.CID {
			return []fault{{o, fmt.Sprintf("%v was acknowledged as %s", o, out.CID)}}
		}
		o.spec.Children = out.Children
		m.identify(o, out.CID)
		o.stored = true
	case doPin:
		o.stored = true // as only what is whole is pinned
	case doUnpin:
	default:
		return nil
	}
	o.doing, o.may = nil, []pin{op.to}
	if op.to != (pin{}) {
		o.collectable = false
	} else if m.isCollecting() {
		o.collectable = true
	}
	return nil
}

// fail notes that nobody will learn what became of an operation: it failed, or
// its tab is gone. Its object may be as before or as asked for, and become the
// latter as long as the worker lives.
func (m *model) fail(op *operation, why string) {
	delete(m.open, op)
	m.history.add(op.about(), "tab %d: %s: %v", op.tab, why, op)
	op.failChanges(m.epochs)
	switch op.do {
	case doAdd, doPin, doUnpin, doCopy:
		op.object.doing, op.object.doubtful = nil, m.epochs
	case doCollect:
		m.collecting = m.epochs
	}
}

// tabGone fails the operations of a tab.
func (m *model) tabGone(tab int) {
	var gone []*operation
	for op := range m.open {
		if op.tab == tab {
			gone = append(gone, op)
		}
	}
	slices.SortFunc(gone, func(a, b *operation) int { return a.id - b.id })
	for _, op := range gone {
		m.fail(op, "gone with the tab")
	}
}
