//go:build !js

package p2p

import (
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"
)

// What the relay's service gives. libp2p's own defaults, 128 KiB and two minutes
// a connection, serve to meet and then connect directly. Browsers cannot, so
// here a whole conversation fits.
const (
	relayedTime    = time.Hour // of a connection
	relayedBytes   = 256 << 20 // of a connection, each way
	relayBuffer    = 16 << 10  // of a connection, each way
	relayTTL       = time.Hour // of a reservation, which clients renew
	relayClients   = 256       // with a reservation
	relayPerIP     = 64        // of these, as browsers often share an address
	relayPerASN    = 128
	relayPerClient = 32 // connections
)

// startRelayService makes the host a relay if it is to be one.
func (n *Network) startRelayService() error {
	if !n.cfg.RelayService {
		return nil
	}
	service, err := relay.New(n.host,
		relay.WithResources(relay.Resources{
			Limit:                 &relay.RelayLimit{Duration: relayedTime, Data: relayedBytes},
			ReservationTTL:        relayTTL,
			MaxReservations:       relayClients,
			MaxCircuits:           relayPerClient,
			BufferSize:            relayBuffer,
			MaxReservationsPerIP:  relayPerIP,
			MaxReservationsPerASN: relayPerASN,
		}),
		// Clients are told all of the relay's addresses: they know which they used.
		relay.WithReservationAddressFilter(func(ma.Multiaddr) bool { return true }),
	)
	if err != nil {
		return fmt.Errorf("p2p: the relay's service: %w", err)
	}
	n.onClose(service.Close)
	return nil
}
