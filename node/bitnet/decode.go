package bitnet

import (
	"context"
	"errors"
	"fmt"

	"github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"google.golang.org/protobuf/encoding/protowire"
)

// The wire types of the fields.
const (
	number = uint64(protowire.VarintType)
	text   = uint64(protowire.BytesType)
)

// The fields of the messages as their tags are: number and wire type. A field of
// another type is not known, and passed over.
const (
	messageWantlist     = 1<<3 | text
	messageBlocks       = 2<<3 | text // of CIDv0, dag-pb and sha2-256
	messagePayload      = 3<<3 | text
	messagePresences    = 4<<3 | text
	messagePendingBytes = 5<<3 | number

	wantlistEntries = 1<<3 | text
	wantlistFull    = 2<<3 | number

	entryCID          = 1<<3 | text
	entryPriority     = 2<<3 | number
	entryCancel       = 3<<3 | number
	entryWantType     = 4<<3 | number
	entrySendDontHave = 5<<3 | number

	payloadPrefix = 1<<3 | text
	payloadData   = 2<<3 | text

	presenceCID  = 1<<3 | text
	presenceType = 2<<3 | number
)

// A field is one field of a message: bytes or a number.
type field struct {
	tag   uint64
	bytes []byte
	value uint64
}

// eachField calls visit with the fields of a message.
func eachField(data []byte, visit func(f field) error) error {
	for len(data) > 0 {
		id, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		f := field{tag: protowire.EncodeTag(id, kind)}
		switch kind {
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(data)
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(data)
		default:
			n = protowire.ConsumeFieldValue(id, kind, data)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// A payload is a block as it came.
type payload struct {
	prefix cid.Prefix
	data   []byte
}

var prefixV0 = cid.Prefix{Version: 0, Codec: cid.DagProtobuf, MhType: multihash.SHA2_256, MhLength: -1}

// A decoder makes a message of its bytes. Its blocks are not hashed yet.
type decoder struct {
	entries  []message.Entry
	full     bool
	payloads []payload
	haves    []cid.Cid
	without  []cid.Cid
	pending  int32
}

// decode returns a message, whose blocks share data's memory.
func (n *Network) decode(ctx context.Context, data []byte) (message.BitSwapMessage, error) {
	var d decoder
	if err := eachField(data, d.message); err != nil {
		return nil, err
	}
	m := message.New(d.full)
	for _, e := range d.entries {
		if e.Cancel {
			m.Cancel(e.Cid)
		} else {
			m.AddEntry(e.Cid, e.Priority, e.WantType, e.SendDontHave)
		}
	}
	for _, p := range d.payloads {
		b, err := n.block(ctx, p)
		if err != nil {
			n.badBlocks.Add(1)
			n.badSize.Add(uint64(len(p.data)))
			continue
		}
		m.AddBlock(b)
	}
	for _, c := range d.haves {
		m.AddHave(c)
	}
	for _, c := range d.without {
		m.AddDontHave(c)
	}
	m.SetPendingBytes(d.pending)
	return m, nil
}

var (
	errUnwanted = errors.New("bitnet: nothing is wanted")
	errPrefix   = errors.New("bitnet: no CID has this prefix")
)

// block hashes what came. Whether that is what was wanted is seen by its CID.
func (n *Network) block(ctx context.Context, p payload) (blocks.Block, error) {
	if !n.cfg.Wanted() {
		return nil, errUnwanted
	}
	switch p.prefix.Version {
	case 0:
		if p.prefix.Codec != cid.DagProtobuf || p.prefix.MhType != multihash.SHA2_256 {
			return nil, errPrefix
		}
		p.prefix.MhLength = -1
	case 1:
	default:
		return nil, errPrefix
	}
	c, err := n.cfg.Sum(ctx, p.prefix, p.data)
	if err != nil {
		return nil, err
	}
	return blocks.NewBlockWithCid(p.data, c)
}

func (d *decoder) message(f field) error {
	switch f.tag {
	case messageWantlist:
		return eachField(f.bytes, d.wantlist)
	case messageBlocks:
		d.payloads = append(d.payloads, payload{prefixV0, f.bytes})
	case messagePayload:
		return d.payload(f.bytes)
	case messagePresences:
		return d.presence(f.bytes)
	case messagePendingBytes:
		d.pending = int32(f.value)
	}
	return nil
}

func (d *decoder) wantlist(f field) error {
	switch f.tag {
	case wantlistEntries:
		return d.entry(f.bytes)
	case wantlistFull:
		d.full = f.value != 0
	}
	return nil
}

func (d *decoder) entry(data []byte) error {
	var e message.Entry
	err := eachField(data, func(f field) (err error) {
		switch f.tag {
		case entryCID:
			e.Cid, err = cid.Cast(f.bytes)
		case entryPriority:
			e.Priority = int32(f.value)
		case entryCancel:
			e.Cancel = f.value != 0
		case entryWantType:
			e.WantType = pb.Message_Wantlist_WantType(f.value)
		case entrySendDontHave:
			e.SendDontHave = f.value != 0
		}
		return err
	})
	if err != nil {
		return err
	}
	if !e.Cid.Defined() {
		return errors.New("bitnet: a want of nothing")
	}
	d.entries = append(d.entries, e)
	return nil
}

func (d *decoder) payload(data []byte) error {
	var p payload
	prefixed := false
	err := eachField(data, func(f field) (err error) {
		switch f.tag {
		case payloadPrefix:
			p.prefix, err = cid.PrefixFromBytes(f.bytes)
			prefixed = true
		case payloadData:
			p.data = f.bytes
		}
		return err
	})
	if err != nil {
		return err
	}
	if !prefixed {
		return errors.New("bitnet: a block without a prefix")
	}
	d.payloads = append(d.payloads, p)
	return nil
}

func (d *decoder) presence(data []byte) error {
	var c cid.Cid
	kind := pb.Message_Have
	err := eachField(data, func(f field) (err error) {
		switch f.tag {
		case presenceCID:
			c, err = cid.Cast(f.bytes)
		case presenceType:
			kind = pb.Message_BlockPresenceType(f.value)
		}
		return err
	})
	if err != nil {
		return err
	}
	if !c.Defined() {
		return errors.New("bitnet: a presence of nothing")
	}
	switch kind {
	case pb.Message_Have:
		d.haves = append(d.haves, c)
	case pb.Message_DontHave:
		d.without = append(d.without, c)
	default:
		return fmt.Errorf("bitnet: a presence of kind %d", kind)
	}
	return nil
}
