package node

import (
	"strconv"
	"strings"

	chunk "github.com/ipfs/boxo/chunker"
	uio "github.com/ipfs/boxo/ipld/unixfs/io"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// importSettings are the options of an add with nothing left open. They are
// handed to boxo call by call, never through its globals.
type importSettings struct {
	profile   uio.UnixFSProfile // what no option changes: widths and thresholds
	chunker   string
	prefix    cid.Prefix
	rawLeaves bool
	// rawLeavesAsked says that rawLeaves is the caller's word, not a default.
	rawLeavesAsked bool
	trickle        bool
}

// profiles are those of IPIP-499.
var profiles = map[string]uio.UnixFSProfile{
	"":               uio.UnixFS_v1_2025,
	"unixfs-v1-2025": uio.UnixFS_v1_2025,
	"unixfs-v0-2015": uio.UnixFS_v0_2015,
}

func importSettingsOf(opts nodeapi.AddOptions) (importSettings, error) {
	profile, known := profiles[opts.Profile]
	if !known {
		return importSettings{}, invalidOption("profile", opts.Profile, "profile %q is not known", opts.Profile)
	}
	s := importSettings{
		profile:   profile,
		chunker:   opts.Chunker,
		rawLeaves: profile.RawLeaves,
		trickle:   opts.Trickle,
	}
	if s.chunker == "" {
		s.chunker = "size-" + strconv.FormatInt(profile.ChunkSize, 10)
	}
	if err := checkChunker(s.chunker); err != nil {
		return s, err
	}
	hash, err := hashCode(opts.HashAlg)
	if err != nil {
		return s, err
	}
	version := opts.CidVersion
	switch {
	case version != nil:
		s.rawLeaves = *version == 1
	case hash != multihash.SHA2_256:
		version = new(1) // the only one for other hashes
		s.rawLeaves = true
	default:
		version = &profile.CIDVersion
	}
	if opts.RawLeaves != nil {
		s.rawLeaves, s.rawLeavesAsked = *opts.RawLeaves, true
	}
	s.prefix, err = cidPrefix("cidVersion", version, cid.DagProtobuf, hash)
	return s, err
}

// checkChunker refuses what boxo's parser does not know, and what it takes and
// then cannot work with.
func checkChunker(spec string) error {
	err := func() error {
		_, err := chunk.FromString(strings.NewReader(""), spec)
		return err
	}()
	name, rest, _ := strings.Cut(spec, "-")
	switch name {
	case "rabin":
		// A single number is an average; a third of it is the least size.
		if avg, notNumber := strconv.Atoi(rest); notNumber == nil && avg < 3*16 {
			err = chunk.ErrRabinMin
		}
	case "size":
	default:
		if spec != "buzhash" && err == nil {
			err = strconv.ErrSyntax
		}
	}
	if err != nil {
		return nodeapi.Errorf(nodeapi.CodeInvalidChunker, map[string]any{"value": spec}, "chunker %q: %w", spec, err)
	}
	return nil
}
