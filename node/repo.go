package node

import (
	"context"
	"strconv"

	"github.com/ipfs/go-cid"
	"golang.org/x/sync/errgroup"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// RepoVersion returns the schema version of the repo.
func (n *Node) RepoVersion(context.Context) (uint64, error) { return repoVersion, nil }

// RepoStat counts the blocks of the repo.
func (n *Node) RepoStat(ctx context.Context) (nodeapi.RepoStat, error) {
	ctx, end := n.begin(ctx)
	defer end()
	count, size, err := n.store.stat(ctx)
	if err != nil {
		return nodeapi.RepoStat{}, err
	}
	st := nodeapi.RepoStat{
		NumObjects: count,
		RepoSize:   size,
		StorageMax: n.cfg.StorageMax,
		RepoPath:   n.cfg.RepoName,
		Version:    strconv.Itoa(repoVersion),
	}
	st.Usage, st.Quota = n.storage.ask(ctx)
	return st, nil
}

// stater knows how many blocks there are and the sum of their sizes. Only its
// first answer may take long. The node's blockstore may have it.
type stater interface {
	Stat(ctx context.Context) (count, bytes uint64, err error)
}

// countsCheaply reports whether stat costs next to nothing as a rule.
func (s *store) countsCheaply() bool {
	_, ok := s.given.(stater)
	return ok
}

func (s *store) stat(ctx context.Context) (count, bytes uint64, err error) {
	if st, ok := s.given.(stater); ok {
		count, bytes, err = st.Stat(ctx)
		return count, bytes, s.wrap(ctx, err)
	}
	err = s.each(ctx, func(c cid.Cid) error {
		size, err := s.given.GetSize(ctx, c)
		count++
		bytes += uint64(max(size, 0))
		return err
	})
	return count, bytes, s.wrap(ctx, err)
}

// verifyAhead is how many blocks RepoVerify reads and hashes at a time.
const verifyAhead = 8

// RepoVerify hashes every block and tells of each that is not what its key
// says. Blocks removed meanwhile are passed over.
func (n *Node) RepoVerify(ctx context.Context, bad func(nodeapi.CIDOutcome) error) (nodeapi.RepoVerified, error) {
	ctx, end := n.begin(ctx)
	defer end()
	var result nodeapi.RepoVerified
	checked := make(chan nodeapi.CIDOutcome, verifyAhead)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(checked)
		return n.verifyAll(ctx, checked)
	})
	group.Go(func() error {
		for o := range checked {
			result.Checked++
			if o.Code == "" {
				continue
			}
			result.Bad++
			if err := bad(o); err != nil {
				return err
			}
		}
		return nil
	})
	return result, n.store.wrap(ctx, group.Wait())
}

// verifyAll sends the outcome for each block of the repo.
func (n *Node) verifyAll(ctx context.Context, checked chan<- nodeapi.CIDOutcome) error {
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(verifyAhead)
	err := n.store.each(ctx, func(c cid.Cid) error {
		workers.Go(func() error {
			o, err := n.verifyStored(ctx, c)
			if err != nil || !o.Cid.Defined() {
				return err
			}
			select {
			case checked <- o:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		return ctx.Err()
	})
	if failed := workers.Wait(); failed != nil {
		return failed
	}
	return err
}

// verifyStored reads a block and hashes it. For a block that is gone it returns
// no CID.
func (n *Node) verifyStored(ctx context.Context, c cid.Cid) (nodeapi.CIDOutcome, error) {
	b, err := n.store.getStored(ctx, c)
	if err == nil {
		nodeapi.Spend(ctx, len(b.RawData()))
		err = n.verify(ctx, c, b.RawData())
	}
	switch code := nodeapi.CodeOf(err); code {
	case "":
		return nodeapi.CIDOutcome{Cid: c}, nil
	case nodeapi.CodeNotFound:
		return nodeapi.CIDOutcome{}, nil
	case nodeapi.CodeInvalidBlock, nodeapi.CodeUnknownHash:
		return nodeapi.CIDOutcome{Cid: c, Code: code, Error: err.Error()}, nil
	default:
		return nodeapi.CIDOutcome{}, err
	}
}
