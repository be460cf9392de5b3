package node

import (
	"bytes"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	dagpb "github.com/ipld/go-codec-dagpb"
	prime "github.com/ipld/go-ipld-prime"
	"github.com/ipld/go-ipld-prime/codec/cbor"
	"github.com/ipld/go-ipld-prime/codec/dagcbor"
	"github.com/ipld/go-ipld-prime/codec/dagjson"
	"github.com/ipld/go-ipld-prime/codec/json"
	"github.com/ipld/go-ipld-prime/codec/raw"
	cidlink "github.com/ipld/go-ipld-prime/linking/cid"
	"github.com/ipld/go-ipld-prime/node/basicnode"
	"github.com/ipld/go-ipld-prime/traversal"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Multicodec codes that go-cid has no name for.
const (
	codeCBOR = 0x51
	codeJSON = 0x0200
)

// codecCodes are the names of codecs: those that the node reads, and some whose
// blocks it only keeps.
var codecCodes = map[string]uint64{
	"raw":      cid.Raw,
	"dag-pb":   cid.DagProtobuf,
	"dag-cbor": cid.DagCBOR,
	"dag-json": cid.DagJSON,
	"cbor":     codeCBOR,
	"json":     codeJSON,

	"dag-jose":   cid.DagJOSE,
	"dag-cose":   0x86,
	"libp2p-key": cid.Libp2pKey,
	"git-raw":    cid.GitRaw,
}

// A codec translates between blocks and the IPLD data model.
type codec struct {
	decode prime.Decoder
	encode prime.Encoder
	links  bool // whether its blocks can have links
}

// codecs are the codecs that the node reads.
var codecs = map[uint64]codec{
	cid.Raw:         {raw.Decode, raw.Encode, false},
	cid.DagProtobuf: {dagpb.Decode, dagpb.Encode, true},
	cid.DagCBOR:     {relaxedDagCBOR.Decode, dagcbor.Encode, true},
	cid.DagJSON:     {dagjson.Decode, dagjson.Encode, true},
	codeCBOR:        {cbor.Decode, cbor.Encode, false},
	codeJSON:        {json.Decode, json.Encode, false},
}

// relaxedDagCBOR also reads what older encoders wrote: integers longer than need
// be, and numbers that are none. There are such blocks, and others read them.
var relaxedDagCBOR = dagcbor.DecodeOptions{AllowLinks: true, RelaxedDecode: true}

// codecCode returns the code of a codec by its name, or that of "".
func codecCode(name string, unset uint64) (uint64, error) {
	if name == "" {
		return unset, nil
	}
	code, known := codecCodes[name]
	if !known {
		return 0, unknownCodec(name)
	}
	return code, nil
}

func unknownCodec(value any) error {
	return nodeapi.Errorf(nodeapi.CodeUnknownCodec, map[string]any{"value": value}, "codec %v is not known", value)
}

// readCodec returns a codec that the node reads by its name.
func readCodec(name string, unset uint64) (uint64, codec, error) {
	code, err := codecCode(name, unset)
	if err != nil {
		return 0, codec{}, err
	}
	c, known := codecs[code]
	if !known {
		return 0, codec{}, unknownCodec(name)
	}
	return code, c, nil
}

// decodeBytes decodes data into the data model.
func (c codec) decodeBytes(data []byte) (prime.Node, error) {
	builder := basicnode.Prototype.Any.NewBuilder()
	if err := c.decode(builder, bytes.NewReader(data)); err != nil {
		return nil, err
	}
	return builder.Build(), nil
}

// decodeBlock decodes a block of any codec that the node reads.
func decodeBlock(b blocks.Block) (prime.Node, error) {
	c, known := codecs[b.Cid().Type()]
	if !known {
		return nil, unknownCodec(b.Cid().Type())
	}
	nd, err := c.decodeBytes(b.RawData())
	if err != nil {
		return nil, invalidBlock(b.Cid(), err)
	}
	return nd, nil
}

// canHaveLinks reports whether a block under c must be read to know what it
// links to. A codec that the node cannot read is an error.
func canHaveLinks(c cid.Cid) (bool, error) {
	known, ok := codecs[c.Type()]
	if !ok && c.Type() != cid.Libp2pKey {
		return false, unknownCodec(c.Type())
	}
	return known.links, nil
}

// linksOf returns the links in a block, in order, with repetitions.
func linksOf(b blocks.Block) ([]cid.Cid, error) {
	nd, err := decodeBlock(b)
	if err != nil {
		return nil, err
	}
	links, err := traversal.SelectLinks(nd)
	if err != nil {
		return nil, invalidBlock(b.Cid(), err)
	}
	cids := make([]cid.Cid, 0, len(links))
	for _, l := range links {
		if l, ok := l.(cidlink.Link); ok {
			cids = append(cids, l.Cid)
		}
	}
	return cids, nil
}
