package blockstore

import (
	"testing"

	dstest "github.com/ipfs/go-datastore/test"
)

func TestIndexedDBDatastore(t *testing.T) {
	dstest.ElemCount = 20
	dstest.SubtestAll(t, mustOpen(t, freshName(t), Options{}).Datastore())
}
