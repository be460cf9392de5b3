package node

import (
	"context"

	"github.com/ipfs/boxo/verifcid"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Hasher hashes blocks. It may be called concurrently, and a hasher that is not
// the processor's own work gains from that.
type Hasher interface {
	// Sum returns the multihash of data by the function of that multicodec code,
	// at its full length. data is not changed while it runs.
	Sum(ctx context.Context, code uint64, data []byte) (multihash.Multihash, error)
}

// goHasher hashes with the functions that go-multihash has.
type goHasher struct{}

func (goHasher) Sum(_ context.Context, code uint64, data []byte) (multihash.Multihash, error) {
	return multihash.Sum(data, code, -1)
}

// hashCode returns the code of a hash function by its name; "" is sha2-256. The
// node refuses functions that are broken or that it lacks.
func hashCode(name string) (uint64, error) {
	if name == "" {
		return multihash.SHA2_256, nil
	}
	code, known := multihash.Names[name]
	if !known || !verifcid.DefaultAllowlist.IsAllowed(code) {
		return 0, unknownHash(name)
	}
	if _, err := multihash.GetHasher(code); err != nil {
		return 0, unknownHash(name)
	}
	return code, nil
}

func unknownHash(name string) error {
	return nodeapi.Errorf(nodeapi.CodeUnknownHash, map[string]any{"value": name}, "hash function %q is not known or not safe", name)
}

// checkCID refuses CIDs whose hash proves nothing about their block.
func checkCID(c cid.Cid) error {
	if !c.Defined() {
		return nodeapi.Errorf(nodeapi.CodeInvalidCID, map[string]any{"value": ""}, "no CID given")
	}
	if err := verifcid.ValidateCid(verifcid.DefaultAllowlist, c); err != nil {
		details := map[string]any{"value": c.String()}
		return nodeapi.Errorf(nodeapi.CodeUnknownHash, details, "%s: %w", c, err)
	}
	return nil
}

// sum makes the CID of data.
func sum(ctx context.Context, h Hasher, p cid.Prefix, data []byte) (cid.Cid, error) {
	digest, err := digestOf(ctx, h, p, data)
	if err != nil {
		return cid.Undef, err
	}
	if p.Version == 0 {
		return cid.NewCidV0(digest), nil
	}
	return cid.NewCidV1(p.Codec, digest), nil
}

func digestOf(ctx context.Context, h Hasher, p cid.Prefix, data []byte) (multihash.Multihash, error) {
	if p.MhType == multihash.IDENTITY {
		return identityDigest(data)
	}
	digest, err := h.Sum(ctx, p.MhType, data)
	if err != nil || p.MhLength < 0 {
		return digest, err
	}
	decoded, err := multihash.Decode(digest)
	if err != nil || p.MhLength >= decoded.Length {
		return digest, err
	}
	return multihash.Encode(decoded.Digest[:p.MhLength], p.MhType) // a truncated hash
}

func identityDigest(data []byte) (multihash.Multihash, error) {
	if len(data) > verifcid.DefaultMaxIdentityDigestSize {
		details := map[string]any{"size": len(data), "limit": verifcid.DefaultMaxIdentityDigestSize}
		return nil, nodeapi.Errorf(nodeapi.CodeBlockTooLarge, details,
			"%d bytes; an identity hash holds up to %d", len(data), verifcid.DefaultMaxIdentityDigestSize)
	}
	return multihash.Encode(data, multihash.IDENTITY)
}
