package nodeapi

// Bounds on the records of datastore.*.
const (
	// MaxDatastoreKey is the most bytes of a key.
	MaxDatastoreKey = 1 << 10
	// MaxDatastoreBatch is the most bytes of the values of one batch, and thus of
	// one value.
	MaxDatastoreBatch = 4 << 20
	// MaxDatastoreChanges is the most changes in one batch.
	MaxDatastoreChanges = 10_000
)

// DatastoreKey names a record: parts that each begin with "/", as in "/a/b",
// none of which is empty, "." or "..".
type DatastoreKey struct {
	Key string `cbor:"key"`
}

// DatastoreChange is one change of a batch. Of changes to one key the last
// counts.
type DatastoreChange struct {
	Key    string `cbor:"key"`
	Delete bool   `cbor:"delete,omitempty"` // no bytes follow
}

// DatastoreQuery asks for the records whose keys begin with a text.
type DatastoreQuery struct {
	// Prefix is the text, of any key's beginning: "/a" is that of "/ab" too.
	Prefix   string `cbor:"prefix,omitempty"`
	KeysOnly bool   `cbor:"keysOnly,omitempty"` // no bytes follow
}

// DatastoreRecord announces a record of an answer to a query.
type DatastoreRecord struct {
	Key  string `cbor:"key"`
	Size uint64 `cbor:"size,omitempty"` // of the value's bytes, which follow
}

// DatastoreWrite is a DatastoreChange with its value, as backends take it.
type DatastoreWrite struct {
	DatastoreChange
	Value []byte
}

// DatastoreEntry is a record with its value, which is nil where keys alone were
// asked for.
type DatastoreEntry struct {
	Key   string
	Value []byte
}
