package p2p

import (
	"context"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxKept bounds the peers that the lists may name, and maxListen the
// addresses to listen on.
const (
	maxKept   = 256
	maxListen = 64
)

// wishes is what Lists ask for, understood.
type wishes struct {
	bootstrap, relays []peer.AddrInfo
	listen            []ma.Multiaddr
}

// Extend adds to the lists. An entry that is wrong is an error, and then
// nothing is added. What is there already is no error.
func (n *Network) Extend(ctx context.Context, more Lists) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	more = Lists{
		Bootstrap: missing(n.lists.Bootstrap, more.Bootstrap),
		Relays:    missing(n.lists.Relays, more.Relays),
		Listen:    missing(n.lists.Listen, more.Listen),
	}
	want, err := n.understand(more)
	if err != nil {
		return err
	}
	if err := n.checkRoom(more); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := n.listen(want.listen); err != nil {
		return err
	}
	for _, info := range want.bootstrap {
		n.keeper.keep(info, false)
	}
	for _, info := range want.relays {
		n.keeper.keep(info, true)
	}
	n.lists.Bootstrap = append(n.lists.Bootstrap, more.Bootstrap...)
	n.lists.Relays = append(n.lists.Relays, more.Relays...)
	n.lists.Listen = append(n.lists.Listen, more.Listen...)
	return nil
}

// missing returns what have lacks of want, each once.
func missing(have, want []string) []string {
	var lacking []string
	for _, s := range want {
		if !slices.Contains(have, s) && !slices.Contains(lacking, s) {
			lacking = append(lacking, s)
		}
	}
	return lacking
}

func (n *Network) understand(l Lists) (wishes, error) {
	var w wishes
	var err error
	if w.bootstrap, err = n.parsePeers(l.Bootstrap); err != nil {
		return w, err
	}
	if w.relays, err = n.parsePeers(l.Relays); err != nil {
		return w, err
	}
	for _, text := range l.Listen {
		addr, err := parse(text)
		if err != nil {
			return w, err
		}
		relay, circuit := splitCircuit(addr)
		switch {
		case circuit == nil && (!canListen || n.cfg.DialOnly || n.swarm.TransportForListening(addr) == nil):
			return w, nodeapi.Errorf(nodeapi.CodeUndialableAddress, map[string]any{"value": text},
				"cannot listen on %q here", text)
		case circuit == nil:
			w.listen = append(w.listen, addr)
		case len(circuit) > 1 || len(relay) == 0:
			return w, invalidAddress(text, "what is listened on is <a relay's address>/p2p-circuit")
		default:
			infos, err := n.parsePeers([]string{relay.String()})
			if err != nil {
				return w, err
			}
			w.relays = append(w.relays, infos...)
		}
	}
	return w, nil
}

// checkRoom bounds what tabs can make the node do.
func (n *Network) checkRoom(more Lists) error {
	peers := len(n.lists.Bootstrap) + len(more.Bootstrap) + len(n.lists.Relays) + len(more.Relays)
	if peers > maxKept {
		return tooMany("bootstrap and relays", peers, maxKept)
	}
	if listen := len(n.lists.Listen) + len(more.Listen); listen > maxListen {
		return tooMany("swarm", listen, maxListen)
	}
	return nil
}

func tooMany(option string, count, limit int) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": option, "value": count},
		"%s: %d entries; the most is %d", option, count, limit)
}

// listen listens on all addresses, or on none and returns why.
func (n *Network) listen(addrs []ma.Multiaddr) error {
	before := n.swarm.ListenAddresses()
	for _, addr := range addrs {
		if err := n.swarm.Listen(addr); err != nil {
			// Those made have ports that addrs may have left open.
			made := ma.FilterAddrs(n.swarm.ListenAddresses(), func(a ma.Multiaddr) bool { return !ma.Contains(before, a) })
			n.swarm.ListenClose(made...)
			return nodeapi.Errorf(nodeapi.CodeInvalidAddress, map[string]any{"value": addr.String()},
				"cannot listen on %s: %w", addr, err)
		}
	}
	return nil
}
