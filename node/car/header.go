package car

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/ipfs/go-cid"
	prime "github.com/ipld/go-ipld-prime"
	"github.com/ipld/go-ipld-prime/codec/dagcbor"
	"github.com/ipld/go-ipld-prime/datamodel"
	"github.com/ipld/go-ipld-prime/fluent/qp"
	cidlink "github.com/ipld/go-ipld-prime/linking/cid"
	"github.com/ipld/go-ipld-prime/node/basicnode"
)

// maxHeader bounds the bytes of a header: some 25,000 roots.
const maxHeader = 1 << 20

// encodeHeader returns the header of a CAR of version 1.
func encodeHeader(roots []cid.Cid) ([]byte, error) {
	nd, err := qp.BuildMap(basicnode.Prototype.Map, 2, func(m datamodel.MapAssembler) {
		qp.MapEntry(m, "roots", qp.List(int64(len(roots)), func(l datamodel.ListAssembler) {
			for _, root := range roots {
				qp.ListEntry(l, qp.Link(cidlink.Link{Cid: root}))
			}
		}))
		qp.MapEntry(m, "version", qp.Int(1))
	})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = dagcbor.Encode(nd, &out)
	return out.Bytes(), err
}

// decodeHeader returns the version in a header and, of version 1, its roots.
func decodeHeader(data []byte) (version int64, roots []cid.Cid, err error) {
	builder := basicnode.Prototype.Map.NewBuilder()
	if err := dagcbor.Decode(builder, bytes.NewReader(data)); err != nil {
		return 0, nil, err
	}
	header := builder.Build()
	field, err := header.LookupByString("version")
	if err != nil {
		return 0, nil, errors.New("it has no version")
	}
	if version, err = field.AsInt(); err != nil {
		return 0, nil, errors.New("its version is no number")
	}
	if version != 1 {
		return version, nil, nil
	}
	field, err = header.LookupByString("roots")
	if err != nil {
		return 0, nil, errors.New("it has no roots")
	}
	roots, err = decodeRoots(field)
	return version, roots, err
}

func decodeRoots(list prime.Node) ([]cid.Cid, error) {
	if list.Kind() != datamodel.Kind_List {
		return nil, errors.New("its roots are no list")
	}
	roots := make([]cid.Cid, 0, list.Length())
	for each := list.ListIterator(); !each.Done(); {
		_, item, err := each.Next()
		if err != nil {
			return nil, err
		}
		link, err := item.AsLink()
		if err != nil {
			return nil, errors.New("a root is no CID")
		}
		roots = append(roots, link.(cidlink.Link).Cid)
	}
	return roots, nil
}

// The sizes of what a CAR of version 2 begins with.
const (
	pragmaSize   = 11
	v2HeaderSize = 40
)

// readV2Header reads what follows the pragma, and returns where the CAR of
// version 1 begins, from the end of that header, and how long it is.
func readV2Header(r io.Reader) (padding, size int64, err error) {
	var header [v2HeaderSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return 0, 0, cutShort(err)
	}
	const begin = pragmaSize + v2HeaderSize
	offset := binary.LittleEndian.Uint64(header[16:])
	length := binary.LittleEndian.Uint64(header[24:])
	switch {
	case offset < begin || offset > math.MaxInt64:
		return 0, 0, fmt.Errorf("its data begin at %d", offset)
	case length == 0 || length > math.MaxInt64:
		return 0, 0, fmt.Errorf("its data have %d bytes", length)
	}
	return int64(offset) - begin, int64(length), nil
}
