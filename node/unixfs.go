package node

import (
	"context"
	"errors"
	"os"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/boxo/ipld/unixfs/hamt"
	unixfspb "github.com/ipfs/boxo/ipld/unixfs/pb"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A fsNode is a block read as UnixFS.
type fsNode struct {
	cid   cid.Cid
	raw   []byte               // of a raw block, which is a file
	pb    *merkledag.ProtoNode // of any other
	inner *unixfs.FSNode       // nil if the dag-pb block holds something else
}

// errNotUnixFS is for blocks that are none.
var errNotUnixFS = errors.New("node: not UnixFS")

// parseFS reads a block as UnixFS.
func parseFS(b blocks.Block) (*fsNode, error) {
	switch b.Cid().Type() {
	case cid.Raw:
		return &fsNode{cid: b.Cid(), raw: b.RawData()}, nil
	case cid.DagProtobuf:
		pb, err := merkledag.DecodeProtobufBlock(b)
		if err != nil {
			return nil, invalidBlock(b.Cid(), err)
		}
		nd := pb.(*merkledag.ProtoNode)
		inner, err := unixfs.FSNodeFromBytes(nd.Data())
		if err != nil {
			inner = nil
		}
		return &fsNode{cid: b.Cid(), pb: nd, inner: inner}, nil
	default:
		return nil, errNotUnixFS
	}
}

// getFS loads a block and reads it as UnixFS.
func (s *store) getFS(ctx context.Context, c cid.Cid) (*fsNode, error) {
	b, err := s.get(ctx, c)
	if err != nil {
		return nil, err
	}
	return parseFS(b)
}

// noKind is the kind of what is not UnixFS.
const noKind unixfspb.Data_DataType = -1

func (f *fsNode) kind() unixfspb.Data_DataType {
	switch {
	case f.pb == nil:
		return unixfs.TRaw
	case f.inner == nil:
		return noKind
	}
	return f.inner.Type()
}

func (f *fsNode) isFile() bool { return f.kind() == unixfs.TFile || f.kind() == unixfs.TRaw }

func (f *fsNode) isDir() bool {
	return f.kind() == unixfs.TDirectory || f.kind() == unixfs.THAMTShard
}

// find returns the CID of a directory's entry, or os.ErrNotExist.
func (f *fsNode) find(ctx context.Context, s *store, name string) (cid.Cid, error) {
	if f.kind() == unixfs.THAMTShard {
		c, err := f.findSharded(ctx, s, name)
		var coded *nodeapi.Error
		if err == nil || errors.Is(err, os.ErrNotExist) || errors.As(err, &coded) || ctx.Err() != nil {
			return c, err
		}
		return cid.Undef, invalidBlock(f.cid, err)
	}
	l, err := f.pb.GetNodeLink(name)
	if errors.Is(err, merkledag.ErrLinkNotFound) {
		return cid.Undef, os.ErrNotExist
	}
	if err != nil {
		return cid.Undef, err
	}
	return l.Cid, nil
}

func (f *fsNode) findSharded(ctx context.Context, s *store, name string) (cid.Cid, error) {
	shard, err := hamt.NewHamtFromDag(dagReader{s}, f.pb)
	if err != nil {
		return cid.Undef, err
	}
	l, err := shard.Find(ctx, name)
	if err != nil {
		return cid.Undef, err
	}
	return l.Cid, nil
}

func noLink(path string, at cid.Cid, name string) error {
	details := map[string]any{"path": path, "cid": at.String(), "link": name}
	return nodeapi.Errorf(nodeapi.CodeNoLink, details, "no link %q under %s", name, at)
}

func notAFile(path string) error {
	return nodeapi.Errorf(nodeapi.CodeNotAFile, map[string]any{"path": path}, "%q is not a file", path)
}

func notADirectory(path string) error {
	return nodeapi.Errorf(nodeapi.CodeNotADirectory, map[string]any{"path": path}, "%q is not a directory", path)
}

// dagReader is the store as boxo wants it: an ipld.DAGService that can only read.
type dagReader struct{ store *store }

var _ ipld.DAGService = dagReader{}

// Get loads and decodes a node.
func (r dagReader) Get(ctx context.Context, c cid.Cid) (ipld.Node, error) {
	b, err := r.store.get(ctx, c)
	if err != nil {
		return nil, err
	}
	return decodeNode(b)
}

// decodeNode decodes a block of one of the codecs that UnixFS has.
func decodeNode(b blocks.Block) (ipld.Node, error) {
	switch c := b.Cid(); c.Type() {
	case cid.DagProtobuf:
		nd, err := merkledag.DecodeProtobufBlock(b)
		if err != nil {
			return nil, invalidBlock(c, err)
		}
		return nd, nil
	case cid.Raw:
		return merkledag.DecodeRawBlock(b)
	default:
		return nil, invalidBlock(c, errNotUnixFS)
	}
}

// GetMany loads nodes one after the other.
func (r dagReader) GetMany(ctx context.Context, cids []cid.Cid) <-chan *ipld.NodeOption {
	return getEach(ctx, r, cids)
}

// getEach is GetMany by Get.
func getEach(ctx context.Context, from ipld.NodeGetter, cids []cid.Cid) <-chan *ipld.NodeOption {
	out := make(chan *ipld.NodeOption, len(cids))
	defer close(out)
	for _, c := range cids {
		nd, err := from.Get(ctx, c)
		out <- &ipld.NodeOption{Node: nd, Err: err}
		if err != nil {
			break
		}
	}
	return out
}

var errReadOnly = errors.New("node: a reader of DAGs changes none")

// Add is not for a reader.
func (dagReader) Add(context.Context, ipld.Node) error { return errReadOnly }

// AddMany, likewise.
func (dagReader) AddMany(context.Context, []ipld.Node) error { return errReadOnly }

// Remove, likewise.
func (dagReader) Remove(context.Context, cid.Cid) error { return errReadOnly }

// RemoveMany, likewise.
func (dagReader) RemoveMany(context.Context, []cid.Cid) error { return errReadOnly }
