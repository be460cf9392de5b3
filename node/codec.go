package node

import (
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// codecs are the codes of the codecs that have a name here: those that the node
// reads, and those that blocks are often stored under.
var codecs = map[string]uint64{
	"cbor":       0x51,
	"raw":        cid.Raw,
	"dag-pb":     cid.DagProtobuf,
	"dag-cbor":   cid.DagCBOR,
	"libp2p-key": cid.Libp2pKey,
	"git-raw":    cid.GitRaw,
	"dag-jose":   cid.DagJOSE,
	"dag-cose":   0x86,
	"eth-block":  cid.EthBlock,
	"dag-json":   cid.DagJSON,
	"json":       0x0200,
}

// codecCode returns the code of a codec by its name, or that of "".
func codecCode(name string, unset uint64) (uint64, error) {
	if name == "" {
		return unset, nil
	}
	code, known := codecs[name]
	if !known {
		return 0, nodeapi.Errorf(nodeapi.CodeUnknownCodec, map[string]any{"value": name}, "codec %q is not known", name)
	}
	return code, nil
}
