package servertest

import (
	"context"
	"slices"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// changeBootstrap runs change on the list, with the lock held.
func (b *Backend) changeBootstrap(ctx context.Context, method string, change func(list *[]string) ([]string, error)) ([]string, error) {
	done, err := b.enter(ctx, method)
	if err != nil {
		return nil, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	return change(&b.Settings.Bootstrap)
}

// BootstrapList implements server.Bootstrap.
func (b *Backend) BootstrapList(ctx context.Context) ([]string, error) {
	return b.changeBootstrap(ctx, nodeapi.MethodBootstrapList, func(list *[]string) ([]string, error) {
		return slices.Clone(*list), nil
	})
}

// BootstrapAdd implements server.Bootstrap.
func (b *Backend) BootstrapAdd(ctx context.Context, addr string) ([]string, error) {
	return b.changeBootstrap(ctx, nodeapi.MethodBootstrapAdd, func(list *[]string) ([]string, error) {
		if _, _, err := splitAddr(addr); err != nil || slices.Contains(*list, addr) {
			return nil, err
		}
		*list = append(*list, addr)
		return []string{addr}, nil
	})
}

// BootstrapRemove implements server.Bootstrap.
func (b *Backend) BootstrapRemove(ctx context.Context, addr string) ([]string, error) {
	return b.changeBootstrap(ctx, nodeapi.MethodBootstrapRemove, func(list *[]string) ([]string, error) {
		i := slices.Index(*list, addr)
		if _, _, err := splitAddr(addr); err != nil || i < 0 {
			return nil, err
		}
		*list = slices.Delete(slices.Clone(*list), i, i+1)
		return []string{addr}, nil
	})
}

// BootstrapClear implements server.Bootstrap.
func (b *Backend) BootstrapClear(ctx context.Context) ([]string, error) {
	return b.changeBootstrap(ctx, nodeapi.MethodBootstrapClear, func(list *[]string) ([]string, error) {
		removed := *list
		*list = nil
		return removed, nil
	})
}

// BootstrapReset implements server.Bootstrap: this one started with no peers.
func (b *Backend) BootstrapReset(ctx context.Context) ([]string, error) {
	return b.changeBootstrap(ctx, nodeapi.MethodBootstrapReset, func(list *[]string) ([]string, error) {
		*list = nil
		return nil, nil
	})
}
