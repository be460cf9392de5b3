package blockstore

import "testing"

func TestIndexedDBDatastore(t *testing.T) {
	testDatastore(t, mustOpen(t, freshName(t), Options{}))
}
