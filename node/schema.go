package node

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// repoVersion is the schema of what the node keeps in its stores: identity,
// pins as boxo's pinner has them, blocks by multihash.
const repoVersion = 1

// repoVersionKey holds the version in decimal.
var repoVersionKey = ds.NewKey("/repo/version")

// checkRepoVersion marks a new repo with the version and refuses one of a newer
// version, which this code would misread.
func checkRepoVersion(ctx context.Context, d ds.Datastore) error {
	stored, err := d.Get(ctx, repoVersionKey)
	if errors.Is(err, ds.ErrNotFound) {
		err := putDurably(ctx, d, repoVersionKey, []byte(strconv.Itoa(repoVersion)))
		if err != nil {
			return fmt.Errorf("keeping the repo's version: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the repo's version: %w", err)
	}
	found, err := strconv.Atoi(string(stored))
	if err != nil || found < 1 {
		return corrupt(fmt.Errorf("the repo's version cannot be read: %q", stored))
	}
	if found > repoVersion {
		details := map[string]any{"found": found, "supported": repoVersion}
		return nodeapi.Errorf(nodeapi.CodeNotSupported, details,
			"the repo has version %d, made by a newer program; this one knows up to %d", found, repoVersion)
	}
	return nil
}
