package node

import (
	"context"
	"slices"
)

// The list of bootstrap peers is that of the configuration in force: what the
// first client asked for, what later ones added with theirs, and what the methods
// here make of it. It is the node's, for all its clients, and ends with it: the
// next node starts with what its own clients ask for.

// BootstrapList returns the peers that the node stays connected with.
func (n *Node) BootstrapList(context.Context) ([]string, error) {
	if n.net == nil {
		return nil, errOffline
	}
	return n.net.Config().Bootstrap, nil
}

// BootstrapAdd adds a peer, and returns it if it was not there.
func (n *Node) BootstrapAdd(ctx context.Context, addr string) ([]string, error) {
	added, _, err := n.editBootstrap(ctx, func(have []string) []string { return append(have, addr) })
	return added, err
}

// BootstrapRemove takes a peer away, and returns it if it was there.
func (n *Node) BootstrapRemove(ctx context.Context, addr string) ([]string, error) {
	_, removed, err := n.editBootstrap(ctx, func(have []string) []string {
		return slices.DeleteFunc(have, func(s string) bool { return s == addr })
	})
	return removed, err
}

// BootstrapClear takes all of them away, and returns them.
func (n *Node) BootstrapClear(ctx context.Context) ([]string, error) {
	_, removed, err := n.editBootstrap(ctx, func([]string) []string { return nil })
	return removed, err
}

// BootstrapReset goes back to the list with which the node was started, and
// returns it.
func (n *Node) BootstrapReset(ctx context.Context) ([]string, error) {
	_, _, err := n.editBootstrap(ctx, func([]string) []string { return n.cfg.Bootstrap })
	return n.cfg.Bootstrap, err
}

func (n *Node) editBootstrap(ctx context.Context, edit func([]string) []string) (added, removed []string, err error) {
	if n.net == nil {
		return nil, nil, errOffline
	}
	ctx, end := n.begin(ctx)
	defer end()
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	return n.net.EditBootstrap(edit)
}
