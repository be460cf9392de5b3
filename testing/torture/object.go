package torture

import (
	"fmt"
	"slices"
)

// The kinds of objects.
const (
	kindFile  = "file"  // added as one file
	kindDir   = "dir"   // added as a directory of small files
	kindBlock = "block" // put as one block
	kindRoot  = "root"  // a node of DAG-CBOR over blocks, which a newer one replaces
)

// spec says what an object holds, so that a page can make it and know it again.
type spec struct {
	Kind string `json:"kind"`
	Size int    `json:"size,omitempty"` // bytes: of a file, a block, or each file of a directory
	Seed uint32 `json:"seed"`           // of its bytes; of a directory's first file
	// How many files a directory has.
	Files int `json:"files,omitempty"`
	// In which form a file's bytes are given to add: "bytes", "blob", "stream"
	// or "pieces".
	Source string `json:"source,omitempty"`
	// Options of add.
	Options map[string]any `json:"options,omitempty"`
	// The blocks under a root: some of its predecessor's, and new ones.
	Children []child `json:"children,omitempty"`
}

// child is a block under a root.
type child struct {
	CID  string `json:"cid"`
	Size int    `json:"size"`
	Seed uint32 `json:"seed"`
}

// pin is how an object is pinned. The zero value is not at all.
type pin struct {
	Type string `json:"type,omitempty"`
	Name string `json:"name,omitempty"`
}

func (p pin) String() string {
	if p == (pin{}) {
		return "no pin"
	}
	return fmt.Sprintf("%s pin %q", p.Type, p.Name)
}

// object is something that the load stores, and what is known of it.
type object struct {
	id   int
	spec spec
	name string // the name that its first pin has, if that has one
	cid  string // empty until it is known
	slot int    // of a root: which of them

	// may has the pins of which the object has one: that which was acknowledged
	// last, and those asked for since.
	may []pin
	// stored says that its blocks were acknowledged, or seen to be there.
	stored bool
	// collectable says that a collection may have found it without a pin.
	collectable bool
	// doing is the operation under way on it, nil if there is none.
	doing *operation
	// doubtful is the number of the epoch in which an operation on it may still
	// be under way though nobody waits for it; 0 if there is none.
	doubtful int
}

// certain reports whether it is known how the object is pinned.
func (o *object) certain() bool { return o.doing == nil && o.doubtful == 0 && len(o.may) == 1 }

// pinned reports whether the object is known to be pinned.
func (o *object) pinned() bool { return o.certain() && o.may[0] != pin{} }

// mayBe reports whether the object may be pinned so.
func (o *object) mayBe(p pin) bool { return slices.Contains(o.may, p) }

func (o *object) allow(p pin) {
	if !o.mayBe(p) {
		o.may = append(o.may, p)
	}
}

func (o *object) String() string {
	s := fmt.Sprintf("%s %d", o.spec.Kind, o.id)
	if o.cid != "" {
		s += " " + o.cid
	}
	return s
}
