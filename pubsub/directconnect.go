package pubsub

import (
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// dialEvery is how long to wait before a peer that could not be reached is
// dialled again.
const dialEvery = 5 * time.Second

// connect returns once there is a connection to a peer. It dials the peer where
// an address is known, and in any case waits for the peer to come by itself. Its
// error is why ctx ended, with why the peer could not be reached.
func (d *direct) connect(ctx context.Context, to peer.ID) error {
	if d.connected(to) {
		return nil
	}
	came, arrived := context.WithCancel(ctx)
	defer arrived()
	watch := &network.NotifyBundle{ConnectedF: func(_ network.Network, c network.Conn) {
		if c.RemotePeer() == to {
			arrived()
		}
	}}
	d.host.Network().Notify(watch)
	defer d.host.Network().StopNotify(watch)
	for !d.connected(to) {
		failed := errNoAddress
		if len(d.host.Peerstore().Addrs(to)) > 0 {
			failed = d.host.Connect(came, peer.AddrInfo{ID: to})
		}
		select {
		case <-came.Done():
		case <-time.After(dialEvery):
			continue
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %w", context.Cause(ctx), failed)
		}
		return nil
	}
	return nil
}

func (d *direct) connected(to peer.ID) bool {
	c := d.host.Network().Connectedness(to)
	return c == network.Connected || c == network.Limited
}
