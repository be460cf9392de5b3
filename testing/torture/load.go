package torture

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Bounds of what the load keeps, so that all of it can be read back after each
// kill.
const (
	maxFile   = 1 << 20
	maxBlock  = 64 << 10
	keepBytes = 6 << 20 // pinned; above it more is unpinned than added
	slots     = 3       // roots that are replaced again and again
)

// load chooses what to ask of pages. All it chooses follows from its source of
// random numbers and what it is told of outcomes.
type load struct {
	model *model
	rng   *rand.Rand
	last  int // number published
}

func newLoad(m *model, rng *rand.Rand) *load { return &load{model: m, rng: rng} }

// next begins an operation for a tab.
func (l *load) next(tab int) *operation {
	op := l.choose()
	op.tab = tab
	l.model.begin(op)
	return op
}

func (l *load) choose() *operation {
	choices := []struct {
		weight int
		choose func() *operation // nil if there is nothing to do it to
	}{
		{30, l.add},
		{12, l.root},
		{20, l.tree},
		{15, l.repin},
		{10, l.unpin},
		{10, l.read},
		{13, l.publish},
		{2, l.collect},
	}
	if l.pinnedBytes() > keepBytes {
		choices[0].weight, choices[3].weight = 10, 40
	}
	sum := 0
	for _, c := range choices {
		sum += c.weight
	}
	for {
		n := l.rng.IntN(sum)
		for _, c := range choices {
			if n -= c.weight; n < 0 {
				if op := c.choose(); op != nil {
					return op
				}
				break
			}
		}
	}
}

func (l *load) pinnedBytes() (sum int) {
	for _, o := range l.model.objects {
		if o.pinned() {
			sum += o.spec.Size * max(o.spec.Files, 1)
		}
	}
	return sum
}

// size is as likely between 1 and 2 as between half of most and most.
func (l *load) size(most int) int {
	return int(math.Exp2(l.rng.Float64() * math.Log2(float64(most))))
}

func (l *load) seed() uint32 { return l.rng.Uint32N(1 << 31) }

func (l *load) add() *operation {
	s := spec{Seed: l.seed()}
	switch n := l.rng.IntN(10); {
	case n < 5:
		s.Kind, s.Size = kindFile, l.size(maxFile)
		s.Source = pick(l.rng, []string{"bytes", "blob", "stream", "pieces"})
		s.Options = pick(l.rng, []map[string]any{
			nil, {"cidVersion": 0}, {"chunker": "size-65536"}, {"trickle": true}, {"rawLeaves": false, "chunker": "size-20000"},
		})
	case n < 7:
		s.Kind, s.Size, s.Files = kindDir, l.size(maxBlock), 2+l.rng.IntN(12)
	default:
		s.Kind, s.Size = kindBlock, 32+l.size(maxBlock) // alike are only the smallest
	}
	o := l.model.newObject(s)
	to := pin{Type: "recursive"}
	switch {
	case s.Kind != kindBlock:
		to.Name = l.model.named(o)
	case l.rng.IntN(2) == 0: // block.put gives no name
		to = pin{}
	}
	return &operation{do: doAdd, object: o, to: to}
}

// root replaces a root as an editor of a tree does: it pins the next version,
// which shares blocks with the last, and then unpins that. At any time one of
// the two is there.
func (l *load) root() *operation {
	slot := l.rng.IntN(slots)
	var versions []*object // that are pinned
	for _, o := range l.model.objects {
		switch {
		case o.spec.Kind != kindRoot || o.slot != slot:
		case !o.certain():
			return nil // one thing after the other
		case o.pinned():
			versions = append(versions, o)
		}
	}
	if len(versions) > 1 {
		return &operation{do: doUnpin, object: versions[0]}
	}
	s := spec{Kind: kindRoot, Seed: l.seed()}
	if len(versions) == 1 {
		kept := versions[0].spec.Children
		for _, at := range l.rng.Perm(len(kept))[:min(len(kept), 5)] {
			s.Children = append(s.Children, kept[at])
		}
	}
	for range 2 {
		s.Children = append(s.Children, child{Size: 32 + l.size(maxBlock), Seed: l.seed()})
	}
	o := l.model.newObject(s)
	o.slot = slot
	return &operation{do: doAdd, object: o, to: pin{"recursive", l.model.named(o)}}
}

// repin gives an object another pin.
func (l *load) repin() *operation {
	o := l.any(func(o *object) bool {
		return o.spec.Kind != kindRoot && (o.pinned() || o.certain() && o.stored && !o.collectable && !l.model.isCollecting())
	})
	if o == nil {
		return nil
	}
	to := pin{"recursive", fmt.Sprintf("%d again %d", o.id, l.model.lastOperation)}
	if o.spec.Kind == kindBlock && o.may[0].Type != "recursive" && l.rng.IntN(2) == 0 {
		to.Type = "direct"
	}
	return &operation{do: doPin, object: o, to: to}
}

func (l *load) unpin() *operation {
	o := l.any(func(o *object) bool { return o.spec.Kind != kindRoot && o.pinned() })
	if o == nil {
		return nil
	}
	return &operation{do: doUnpin, object: o}
}

func (l *load) read() *operation {
	o := l.any((*object).pinned)
	if o == nil {
		return nil
	}
	return &operation{do: doRead, object: o}
}

func (l *load) publish() *operation {
	l.last++
	return &operation{do: doPublish, number: l.last}
}

func (l *load) collect() *operation {
	if l.model.isCollecting() {
		return nil
	}
	return &operation{do: doCollect}
}

// any returns one of the objects that are so, nil if none is.
func (l *load) any(so func(*object) bool) *object {
	var found []*object
	for _, o := range l.model.objects {
		if so(o) {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return pick(l.rng, found)
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }
