package dspinner

import (
	"github.com/fxamacker/cbor/v2"
	"github.com/ipfs/go-cid"

	ipfspinner "github.com/ipfs/boxo/pinning/pinner"
)

// record is what is kept of a pin.
type record struct {
	Cid      []byte         `cbor:"cid"`
	Metadata map[string]any `cbor:"metadata,omitempty"`
	Mode     uint64         `cbor:"mode"`
	Name     string         `cbor:"name,omitempty"`
}

func encodeRecord(p *pin) ([]byte, error) {
	return cbor.Marshal(record{p.Cid.Bytes(), p.Metadata, uint64(p.Mode), p.Name})
}

func decodeRecord(data []byte, p *pin) error {
	var r record
	if err := cbor.Unmarshal(data, &r); err != nil {
		return err
	}
	c, err := cid.Cast(r.Cid)
	p.Cid, p.Metadata, p.Mode, p.Name = c, r.Metadata, ipfspinner.Mode(r.Mode), r.Name
	return err
}
