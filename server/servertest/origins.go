package servertest

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// OriginGrants implements server.Origins.
func (b *Backend) OriginGrants(ctx context.Context, req nodeapi.GrantsListRequest) iter.Seq2[nodeapi.OriginGrants, error] {
	return sequence(ctx, b, nodeapi.MethodGrantsList, func(yield func(nodeapi.OriginGrants) bool) error {
		b.mu.Lock()
		kept := make(map[string]nodeapi.OriginGrants)
		maps.Copy(kept, b.grants)
		if req.Revoked {
			for key := range b.pins {
				if _, granted := kept[key.origin]; key.origin != "" && !granted {
					kept[key.origin] = nodeapi.OriginGrants{Origin: key.origin, Used: 1}
				}
			}
		}
		b.mu.Unlock()
		for _, origin := range slices.Sorted(maps.Keys(kept)) {
			if (req.Origin == "" || req.Origin == origin) && !yield(kept[origin]) {
				return nil
			}
		}
		return nil
	})
}

// OriginGrantsOf implements server.Origins.
func (b *Backend) OriginGrantsOf(ctx context.Context, origin string) (nodeapi.OriginGrants, bool, error) {
	done, err := b.enter(ctx, nodeapi.MethodGrantsList)
	if err != nil {
		return nodeapi.OriginGrants{}, false, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	kept, ok := b.grants[origin]
	return kept, ok, nil
}

// SetOriginGrants implements server.Origins.
func (b *Backend) SetOriginGrants(ctx context.Context, origin string, grants nodeapi.Grants) error {
	done, err := b.enter(ctx, nodeapi.MethodGrantsSet)
	if err != nil {
		return err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.grants == nil {
		b.grants = make(map[string]nodeapi.OriginGrants)
	}
	b.grants[origin] = nodeapi.OriginGrants{Origin: origin, Grants: grants, Granted: time.Now().UnixMilli()}
	return nil
}

// RemoveOriginGrants implements server.Origins.
func (b *Backend) RemoveOriginGrants(ctx context.Context, origin string, forget bool) error {
	done, err := b.enter(ctx, nodeapi.MethodGrantsRevoke)
	if err != nil {
		return err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.grants, origin)
	if !forget {
		return nil
	}
	for key := range b.pins {
		if key.origin == origin {
			delete(b.pins, key)
		}
	}
	root := "/origins/" + strings.Replace(origin, "://", "/", 1)
	files := maps.Clone(b.files)
	for p := range files {
		if p == root || strings.HasPrefix(p, root+"/") {
			delete(files, p)
		}
	}
	b.files = files
	return nil
}
