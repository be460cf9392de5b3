package node

import (
	"path"
	"strings"

	ds "github.com/ipfs/go-datastore"
)

// pinWrites are values to be written; a nil one deletes. The zero value is
// empty.
type pinWrites struct {
	values map[ds.Key][]byte
	// inDir has the keys by directory: one change may make many writes, and the
	// pinner looks into directories of its indexes for each.
	inDir map[string][]ds.Key
}

func (w *pinWrites) set(key ds.Key, value []byte) {
	if w.values == nil {
		w.values = map[ds.Key][]byte{}
		w.inDir = map[string][]ds.Key{}
	}
	if _, again := w.values[key]; !again {
		dir := path.Dir(key.String())
		w.inDir[dir] = append(w.inDir[dir], key)
	}
	w.values[key] = value
}

// below returns the keys that are children of a prefix, or further down.
func (w *pinWrites) below(prefix ds.Key) []ds.Key {
	if isIndexDir(prefix.String()) {
		return w.inDir[prefix.String()]
	}
	var keys []ds.Key
	for key := range w.values {
		if prefix.IsAncestorOf(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// isIndexDir reports whether a key is a directory of an index, as in
// "/pins/index/cidRindex/<key>". It holds the ids of the pins of that key, and
// nothing deeper.
func isIndexDir(key string) bool {
	rest, inIndex := strings.CutPrefix(key, pinIndex+"/")
	return inIndex && strings.Count(rest, "/") == 1
}
