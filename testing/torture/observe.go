package torture

import (
	"fmt"
	"slices"
)

// listing is what a node says that it has, once nothing is asked of it any more.
type listing struct {
	Pins []listedPin `json:"pins"`
	// What repo.verify found.
	Checked int      `json:"checked"`
	Bad     []string `json:"bad"`
}

type listedPin struct {
	CID string `json:"cid"`
	pin
}

// observe compares what the node lists with what it must have, and takes over
// what it could not know. It returns what is wrong, and the objects that must be
// there whole; damaged is to be told of those that are not.
func (m *model) observe(l listing) (faults []fault, whole []*object) {
	for _, bad := range l.Bad {
		faults = append(faults, fault{m.byCID[bad], fmt.Sprintf("block %s is not what its CID says", bad)})
	}
	pinned, strange := m.assign(l.Pins)
	faults = append(faults, strange...)
	for _, o := range m.objects {
		faults = append(faults, m.observePins(o, pinned[o])...)
		if len(pinned[o]) > 0 || o.stored && !o.collectable {
			whole = append(whole, o)
		}
	}
	return faults, whole
}

// assign finds out which objects the pins are on. An object whose CID was never
// acknowledged is known by the name of its pin.
func (m *model) assign(pins []listedPin) (map[*object][]pin, []fault) {
	pinned := map[*object][]pin{}
	var faults []fault
	for _, p := range pins {
		o := m.byCID[p.CID]
		if named := m.byName[p.Name]; o == nil && named != nil && named.cid == "" {
			o = named
			m.identify(o, p.CID)
		}
		if o == nil {
			faults = append(faults, fault{text: fmt.Sprintf("%s has a %v that nobody asked for", p.CID, p.pin)})
			continue
		}
		pinned[o] = append(pinned[o], p.pin)
	}
	return pinned, faults
}

func (m *model) observePins(o *object, pins []pin) []fault {
	if len(pins) > 1 {
		return []fault{{o, fmt.Sprintf("%v has %d pins: %v", o, len(pins), pins)}}
	}
	var found pin
	if len(pins) == 1 {
		found = pins[0]
	}
	if !slices.Contains(o.may, found) {
		return []fault{{o, fmt.Sprintf("%v has %v; want %v", o, found, o.may)}}
	}
	// An operation that nobody waits for is over when its worker is.
	if o.doing == nil && o.doubtful < m.epochs {
		if len(o.may) > 1 {
			m.history.add(o, "%v turns out to have %v", o, found)
		}
		o.may, o.doubtful = []pin{found}, 0
		o.stored = o.stored || found != pin{}
	}
	return nil
}

// damaged is the fault of an object that is not there whole.
func damaged(o *object, how string) fault {
	return fault{o, fmt.Sprintf("%v, which must be there with %v, is not whole: %s", o, o.may, how)}
}
