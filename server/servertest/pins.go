package servertest

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// PinAdd implements server.Pins.
func (b *Backend) PinAdd(ctx context.Context, req nodeapi.PinAddRequest) (cid.Cid, error) {
	done, err := b.enter(ctx, nodeapi.MethodPinAdd)
	if err != nil {
		return cid.Undef, err
	}
	defer done()
	c, err := b.resolveWhole(req.Path)
	if err != nil {
		return cid.Undef, err
	}
	if _, err := b.get(c); err != nil {
		return cid.Undef, err
	}
	pin := nodeapi.Pin{Cid: c, Type: "recursive", Name: req.Name}
	if req.Recursive != nil && !*req.Recursive {
		pin.Type = "direct"
	}
	b.pin(ctx, pin)
	return c, nil
}

// PinRemove implements server.Pins.
func (b *Backend) PinRemove(ctx context.Context, req nodeapi.PinRemoveRequest) (cid.Cid, error) {
	done, err := b.enter(ctx, nodeapi.MethodPinRemove)
	if err != nil {
		return cid.Undef, err
	}
	defer done()
	c, err := b.resolveWhole(req.Path)
	if err != nil {
		return cid.Undef, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	key := pinKeyOf(ctx, c)
	if _, ok := b.pins[key]; !ok {
		return cid.Undef, nodeapi.Errorf(nodeapi.CodeNotPinned, map[string]any{"cid": c.String()}, "%s is not pinned", c)
	}
	delete(b.pins, key)
	return c, nil
}

// PinUpdate implements server.Pins.
func (b *Backend) PinUpdate(ctx context.Context, req nodeapi.PinUpdateRequest) ([]cid.Cid, error) {
	done, err := b.enter(ctx, nodeapi.MethodPinUpdate)
	if err != nil {
		return nil, err
	}
	defer done()
	var cids []cid.Cid
	for _, path := range []string{req.From, req.To} {
		c, err := b.resolveWhole(path)
		if err == nil {
			_, err = b.get(c)
		}
		if err != nil {
			return nil, err
		}
		cids = append(cids, c)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	old, ok := b.pins[pinKeyOf(ctx, cids[0])]
	if !ok {
		return nil, nodeapi.Errorf(nodeapi.CodeNotPinned, map[string]any{"cid": cids[0].String()}, "%s is not pinned", cids[0])
	}
	if req.Unpin == nil || *req.Unpin {
		delete(b.pins, pinKeyOf(ctx, cids[0]))
	}
	b.pins[pinKeyOf(ctx, cids[1])] = nodeapi.Pin{Cid: cids[1], Type: "recursive", Name: old.Name}
	return cids, nil
}

// PinList implements server.Pins.
func (b *Backend) PinList(ctx context.Context, req nodeapi.PinListRequest) iter.Seq2[nodeapi.Pin, error] {
	return sequence(ctx, b, nodeapi.MethodPinList, func(yield func(nodeapi.Pin) bool) error {
		if err := oneOf("type", req.Type, "", "all", "recursive", "direct", "indirect"); err != nil {
			return err
		}
		for _, pin := range b.sortedPins(ctx) {
			wanted := req.Type == "" || req.Type == "all" || req.Type == pin.Type
			if wanted && strings.Contains(pin.Name, req.Name) && !yield(pin) {
				return nil
			}
		}
		return nil
	})
}

func (b *Backend) sortedPins(ctx context.Context) []nodeapi.Pin {
	b.mu.Lock()
	defer b.mu.Unlock()
	pins := make([]nodeapi.Pin, 0, len(b.pins))
	for key, pin := range b.pins {
		if key == pinKeyOf(ctx, pin.Cid) {
			pins = append(pins, pin)
		}
	}
	slices.SortFunc(pins, func(p, q nodeapi.Pin) int { return strings.Compare(p.Cid.KeyString(), q.Cid.KeyString()) })
	return pins
}

// RepoStat implements server.Repo.
func (b *Backend) RepoStat(ctx context.Context) (nodeapi.RepoStat, error) {
	done, err := b.enter(ctx, nodeapi.MethodRepoStat)
	if err != nil {
		return nodeapi.RepoStat{}, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	stat := nodeapi.RepoStat{NumObjects: uint64(len(b.blocks)), RepoPath: "memory", Version: "1"}
	for _, data := range b.blocks {
		stat.RepoSize += uint64(len(data))
	}
	return stat, nil
}

// RepoVersion implements server.Repo.
func (b *Backend) RepoVersion(ctx context.Context) (uint64, error) {
	done, err := b.enter(ctx, nodeapi.MethodRepoVersion)
	if err != nil {
		return 0, err
	}
	defer done()
	return 1, nil
}

// RepoGC implements server.Repo: it removes all that is not a pin's root.
func (b *Backend) RepoGC(ctx context.Context) iter.Seq2[nodeapi.CIDOutcome, error] {
	return sequence(ctx, b, nodeapi.MethodRepoGC, func(yield func(nodeapi.CIDOutcome) bool) error {
		for _, c := range b.cids() {
			if outcome := b.remove(c, true); outcome.Error == "" && !yield(outcome) {
				return nil
			}
		}
		return nil
	})
}

// RepoVerify implements server.Repo.
func (b *Backend) RepoVerify(ctx context.Context, bad func(nodeapi.CIDOutcome) error) (nodeapi.RepoVerified, error) {
	done, err := b.enter(ctx, nodeapi.MethodRepoVerify)
	if err != nil {
		return nodeapi.RepoVerified{}, err
	}
	defer done()
	var verified nodeapi.RepoVerified
	for _, c := range b.cids() {
		data, err := b.get(c)
		if err != nil {
			return verified, err
		}
		verified.Checked++
		if sum(c.Type(), data) == c {
			continue
		}
		verified.Bad++
		if err := bad(nodeapi.CIDOutcome{Cid: c, Code: nodeapi.CodeInvalidBlock, Error: "not what its key says"}); err != nil {
			return verified, err
		}
	}
	return verified, nil
}

// Corrupt puts other bytes under c.
func (b *Backend) Corrupt(c cid.Cid) { b.put(c, []byte("corrupt")) }

// A pinKey is whose pin of what.
type pinKey struct {
	origin string // "" for the node's own
	cid    cid.Cid
}

func pinKeyOf(ctx context.Context, c cid.Cid) pinKey {
	account, _ := nodeapi.AccountOf(ctx)
	return pinKey{account.Origin, c}
}

// pinned reports whether anybody has a pin of c. The caller holds b.mu.
func (b *Backend) pinned(c cid.Cid) bool {
	for key := range b.pins {
		if key.cid == c {
			return true
		}
	}
	return false
}

func (b *Backend) pin(ctx context.Context, pin nodeapi.Pin) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pins == nil {
		b.pins = make(map[pinKey]nodeapi.Pin)
	}
	b.pins[pinKeyOf(ctx, pin.Cid)] = pin
}
