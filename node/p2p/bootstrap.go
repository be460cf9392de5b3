package p2p

import (
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// EditBootstrap makes the list of bootstrap peers what edit makes of it, and
// returns what that added and removed. No other change comes in between. An entry
// added that is wrong is an error, and then nothing changes.
//
// A peer that no entry is left of, of the relays neither, is kept no more: it is
// not connected again. A connection that there is stays.
func (n *Network) EditBootstrap(edit func(have []string) []string) (added, removed []string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	have := n.lists.Bootstrap
	want := missing(nil, edit(slices.Clone(have))) // each once
	added, removed = missing(have, want), missing(want, have)
	infos, err := n.parsePeers(added)
	if err != nil {
		return nil, nil, err
	}
	if peers := len(want) + len(n.lists.Relays); len(added) > 0 && peers > maxKept {
		return nil, nil, tooMany("bootstrap and relays", peers, maxKept)
	}
	n.lists.Bootstrap = want
	for _, info := range infos {
		n.keeper.keep(info, false)
	}
	return added, removed, n.letGo(removed)
}

// letGo keeps the peers of entries that were removed by what is left of them. It
// is called with mu held.
func (n *Network) letGo(removed []string) error {
	if len(removed) == 0 {
		return nil
	}
	left, err := n.understand(n.lists)
	if err != nil {
		return err
	}
	ways := map[peer.ID][]ma.Multiaddr{}
	for _, info := range slices.Concat(left.bootstrap, left.relays) {
		ways[info.ID] = append(ways[info.ID], info.Addrs...)
	}
	gone, err := n.parsePeers(removed)
	if err != nil {
		return err
	}
	for _, info := range gone {
		n.keeper.restrict(info.ID, ways[info.ID])
	}
	return nil
}
