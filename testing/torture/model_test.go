package torture

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const someCID = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

// story is a fabricated history, told in the words of the model.
type story struct {
	*model
	t *testing.T
}

func newStory(t *testing.T) *story {
	s := &story{newModel(), t}
	s.meet("peer", "first")
	return s
}

func (s *story) meet(peerID, epoch string) {
	s.t.Helper()
	if faults := s.reached(peerID, epoch); len(faults) > 0 {
		s.t.Fatal(faults)
	}
}

// asked begins to do something to an object.
func (s *story) asked(do string, o *object, to pin) *operation {
	op := &operation{do: do, tab: 1, object: o, to: to}
	s.begin(op)
	return op
}

// did is asked, and acknowledged.
func (s *story) did(do string, o *object, to pin) {
	s.t.Helper()
	if faults := s.acknowledge(s.asked(do, o, to), outcome{CID: someCID}); len(faults) > 0 {
		s.t.Fatal(faults)
	}
}

func (s *story) file() (*object, pin) {
	o := s.newObject(spec{Kind: kindFile, Size: 1})
	return o, pin{"recursive", s.named(o)}
}

// seen is what observe finds wrong.
func (s *story) seen(pins ...pin) string {
	var l listing
	for _, p := range pins {
		l.Pins = append(l.Pins, listedPin{someCID, p})
	}
	faults, _ := s.observe(l)
	var texts []string
	for _, f := range faults {
		texts = append(texts, f.text)
	}
	return strings.Join(texts, "; ")
}

func TestFaultsAreSeen(t *testing.T) {
	renamed := pin{"recursive", "renamed"}
	for _, c := range []struct {
		name string
		tell func(s *story) (wrong string)
		want string // part of what is wrong; empty if nothing is
	}{
		{"all is well", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			return s.seen(p)
		}, ""},
		{"a pin is lost", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			return s.seen()
		}, "has no pin; want"},
		{"a pin is of another type", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			return s.seen(pin{"direct", p.Name})
		}, "has direct pin"},
		{"a pin has its former name", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			s.did(doPin, o, renamed)
			return s.seen(p)
		}, "want [recursive pin \"renamed\"]"},
		{"half of a pin's change is written", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			s.asked(doPin, o, renamed)
			return s.seen(p, renamed)
		}, "has 2 pins"},
		{"a change of a pin leaves none", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			s.asked(doPin, o, renamed)
			s.tabGone(1)
			return s.seen()
		}, "has no pin; want"},
		{"a change that nobody waits for may be made", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			s.asked(doPin, o, renamed)
			s.tabGone(1)
			return s.seen(p) + s.seen(renamed)
		}, ""},
		{"what was seen in the next epoch is changed", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			s.asked(doPin, o, renamed)
			s.tabGone(1)
			s.meet("peer", "second")
			return s.seen(p) + s.seen(renamed)
		}, "want [recursive pin \"object 1\"]"},
		{"a removed pin comes back", func(s *story) string {
			o, p := s.file()
			s.did(doAdd, o, p)
			s.did(doUnpin, o, pin{})
			return s.seen(p)
		}, "want [no pin]"},
		{"an add that was not acknowledged is known by its name", func(s *story) string {
			o, p := s.file()
			s.asked(doAdd, o, p)
			s.tabGone(1)
			return s.seen(p)
		}, ""},
		{"a pin is nobody's", func(s *story) string {
			return s.seen(pin{"recursive", "strange"})
		}, "nobody asked for"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wrong := c.tell(newStory(t))
			if c.want == "" && wrong != "" || !strings.Contains(wrong, c.want) {
				t.Errorf("got %q; want %q", wrong, c.want)
			}
		})
	}
}

func TestSecondPeerIDIsSeen(t *testing.T) {
	s := newStory(t)
	s.meet("peer", "second")
	if faults := s.reached("another", "third"); len(faults) != 1 {
		t.Errorf("got %v; want a fault", faults)
	}
}

func TestAnotherCIDIsSeen(t *testing.T) {
	s := newStory(t)
	o := s.newObject(spec{Kind: kindBlock, Size: 32})
	op := s.asked(doAdd, o, pin{})
	if faults := s.acknowledge(op, outcome{CID: someCID}); len(faults) != 1 {
		t.Errorf("got %v; want a fault, as the bytes have %s", faults, o.cid)
	}
}

func TestBadBlockIsSeen(t *testing.T) {
	s := newStory(t)
	if faults, _ := s.observe(listing{Bad: []string{someCID}}); len(faults) != 1 {
		t.Errorf("got %v; want a fault", faults)
	}
}

// TestWhatMustBeWhole says when a lost block is a fault: whenever its object is
// pinned, or was acknowledged and no collection had leave to take it.
func TestWhatMustBeWhole(t *testing.T) {
	for _, c := range []struct {
		name string
		tell func(s *story, o *object, p pin) (pinned bool)
		want bool
	}{
		{"acknowledged", func(s *story, o *object, p pin) bool {
			s.did(doAdd, o, p)
			return true
		}, true},
		{"pinned without a word", func(s *story, o *object, p pin) bool {
			s.asked(doAdd, o, p)
			s.tabGone(1)
			return true
		}, true},
		{"begun", func(s *story, o *object, p pin) bool {
			s.asked(doAdd, o, p)
			return false
		}, false},
		{"unpinned", func(s *story, o *object, p pin) bool {
			s.did(doAdd, o, p)
			s.did(doUnpin, o, pin{})
			return false
		}, true},
		{"unpinned, then collected", func(s *story, o *object, p pin) bool {
			s.did(doAdd, o, p)
			s.did(doUnpin, o, pin{})
			s.did(doCollect, nil, pin{})
			return false
		}, false},
		{"unpinned while collected", func(s *story, o *object, p pin) bool {
			s.did(doAdd, o, p)
			s.asked(doCollect, nil, pin{})
			s.did(doUnpin, o, pin{})
			return false
		}, false},
		{"unpinned beside a collection that lost its tab", func(s *story, o *object, p pin) bool {
			s.did(doAdd, o, p)
			s.asked(doCollect, nil, pin{})
			s.tabGone(1)
			s.did(doUnpin, o, pin{})
			return false
		}, false},
		{"unpinned after that collection's worker", func(s *story, o *object, p pin) bool {
			s.did(doAdd, o, p)
			s.asked(doCollect, nil, pin{})
			s.tabGone(1)
			s.meet("peer", "second")
			s.did(doUnpin, o, pin{})
			return false
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t)
			o, p := s.file()
			var l listing
			if c.tell(s, o, p) {
				l.Pins = []listedPin{{someCID, p}}
			}
			_, whole := s.observe(l)
			if got := slices.Contains(whole, o); got != c.want {
				t.Errorf("must be whole: %v; want %v", got, c.want)
			}
		})
	}
}

// TestLoadReplacesRootsWithoutAGap has every operation acknowledged at once.
func TestLoadReplacesRootsWithoutAGap(t *testing.T) {
	m := newModel()
	m.reached("peer", "first")
	l := newLoad(m, rand.New(rand.NewPCG(1, 2)))
	begun := [slots]bool{}
	for range 2000 {
		op := l.next(1)
		out := outcome{}
		if op.do == doAdd {
			out.CID = op.object.cid
			if out.CID == "" {
				out.CID = rawCID([]byte(op.object.name))
			}
		}
		if faults := m.acknowledge(op, out); len(faults) > 0 {
			t.Fatal(faults)
		}
		there := [slots]int{}
		for _, o := range m.objects {
			if o.spec.Kind == kindRoot && o.pinned() {
				there[o.slot]++
				begun[o.slot] = true
			}
		}
		for slot, n := range there {
			if begun[slot] && (n < 1 || n > 2) {
				t.Fatalf("slot %d has %d roots", slot, n)
			}
		}
	}
	if n := l.pinnedBytes(); n > 3*keepBytes {
		t.Errorf("%d bytes are pinned", n)
	}
	if begun != [slots]bool{true, true, true} {
		t.Errorf("slots %v were used", begun)
	}
}

func TestReportTellsTheObject(t *testing.T) {
	s := newStory(t)
	o, p := s.file()
	s.did(doAdd, o, p)
	for range 2 * recent {
		s.did(doCollect, nil, pin{})
	}
	faults, _ := s.observe(listing{})
	report := s.report(faults)
	for _, part := range []string{"has no pin", "done: add file 1"} {
		if !strings.Contains(report, part) {
			t.Errorf("%q is missing in the report:\n%s", part, report)
		}
	}
}
