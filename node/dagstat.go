package node

import (
	"context"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DAGStat counts the blocks of the DAGs that paths name, and their bytes, each
// by itself and all together. It remembers up to 32 bytes for each block.
func (n *Node) DAGStat(ctx context.Context, paths []string) (nodeapi.DAGStat, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	stat := nodeapi.DAGStat{DAGStats: []nodeapi.DAGRootStat{}}
	all := fingerprints{}
	var each uint64
	for _, path := range paths {
		root, err := n.resolveBlock(ctx, path)
		if err != nil {
			return nodeapi.DAGStat{}, err
		}
		one := nodeapi.DAGRootStat{Cid: root}
		seen := fingerprints{}
		walk := dagWalk{
			store:  n.store,
			leaves: true,
			enter:  func(c cid.Cid) (bool, error) { return seen.add(fingerprintOfKey(c.KeyString())), nil },
			sized: func(c cid.Cid, size int) {
				one.NumBlocks++
				one.Size += uint64(size)
				if all.add(fingerprintOfKey(c.KeyString())) {
					stat.UniqueBlocks++
					stat.TotalSize += uint64(size)
				}
			},
		}
		if err := walk.run(ctx, root); err != nil {
			return nodeapi.DAGStat{}, err
		}
		each += one.Size
		stat.DAGStats = append(stat.DAGStats, one)
	}
	stat.SharedSize = each - stat.TotalSize
	return stat, nil
}
