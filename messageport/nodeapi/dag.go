package nodeapi

import (
	"io"

	"github.com/ipfs/go-cid"
)

// DAGStatRequest asks how large DAGs are. All of their blocks are looked at.
type DAGStatRequest struct {
	Paths   []string `cbor:"paths"` // 1 to 256, each to a block as a whole
	Offline bool     `cbor:"offline,omitempty"`
}

// DAGStat is how large DAGs are, blocks that a DAG has twice counted once.
type DAGStat struct {
	UniqueBlocks uint64 `cbor:"uniqueBlocks"` // of all together
	TotalSize    uint64 `cbor:"totalSize"`    // of all together, bytes of blocks
	// SharedSize is how much larger the DAGs are each by itself, in bytes: the ratio
	// that Kubo tells is (totalSize + sharedSize) / totalSize.
	SharedSize uint64        `cbor:"sharedSize"`
	DAGStats   []DAGRootStat `cbor:"dagStats"` // in the order of the paths
}

// Ratio is the size of the DAGs each by itself to that of all together.
func (s DAGStat) Ratio() float64 {
	if s.TotalSize == 0 {
		return 1
	}
	return float64(s.TotalSize+s.SharedSize) / float64(s.TotalSize)
}

// DAGRootStat is how large one DAG is.
type DAGRootStat struct {
	Cid       cid.Cid `cbor:"cid"`
	Size      uint64  `cbor:"size"` // bytes of its blocks
	NumBlocks uint64  `cbor:"numBlocks"`
}

// DAGImportOptions are the options of dag.import.
type DAGImportOptions struct {
	// PinRoots is true unless set: each root that any of the CARs names is pinned
	// recursively, once all of them are taken in.
	PinRoots *bool `cbor:"pinRoots,omitempty"`
}

// CARHeader announces a CAR of a dag.import.
type CARHeader struct {
	Name string `cbor:"name,omitempty"` // what errors call it, up to 255 bytes
}

// CAR is one archive of a dag.import as Go has it: its bytes are read before the
// next one is asked for.
type CAR struct {
	CARHeader

	Content io.Reader
}

// ImportedRoot is a root that a CAR named, and why it is not pinned, if it is
// not: because blocks of it are neither in the CARs nor in the repo, say.
type ImportedRoot struct {
	Cid         cid.Cid `cbor:"cid"`
	PinErrorMsg string  `cbor:"pinErrorMsg,omitempty"`
	Code        Code    `cbor:"code,omitempty"` // of the same error
}

// DAGImported is what a dag.import took in, blocks that came twice counted twice.
type DAGImported struct {
	BlockCount      uint64 `cbor:"blockCount"`
	BlockBytesCount uint64 `cbor:"blockBytesCount"`
}
