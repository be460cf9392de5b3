package keystore

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ipfs/boxo/ipns"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multibase"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const maxName = 255

// checkNewName refuses what no key can be called. Kubo, whose keys are files,
// refuses the same.
func checkNewName(name string) error {
	switch {
	case name == nodeapi.KeySelf:
		return ownIdentity(name)
	case name == "" || len(name) > maxName:
		return invalid("name", name, "a name has 1 to %d bytes", maxName)
	case strings.HasPrefix(name, ".") || strings.Contains(name, "/"):
		return invalid("name", name, `a name neither begins with "." nor contains "/"`)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return invalid("name", name, "a name is text, without control characters")
	}
	return nil
}

// baseB58 is the base of ids that are multihashes, not CIDs.
const baseB58 = "b58mh"

// FormatID writes an id as people want it: as a CID in a base, base36 unless set,
// or under "b58mh" as a bare multihash.
func FormatID(id peer.ID, base string) (string, error) {
	switch base {
	case "", "base36":
		return ipns.NameFromPeer(id).String(), nil
	case baseB58:
		return id.String(), nil
	}
	encoder, err := multibase.EncoderByName(base)
	if err != nil {
		return "", invalid("ipnsBase", base, "there is no such base")
	}
	return peer.ToCid(id).Encode(encoder), nil
}

// ParseID reads what FormatID writes.
func ParseID(text string) (peer.ID, error) { return peer.Decode(text) }
