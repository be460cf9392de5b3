package p2p

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The bounds on connections unless Config says otherwise.
const (
	DefaultLowWater  = 32
	DefaultHighWater = 96
)

// DefaultDNS is the DNS-over-HTTPS server that resolves what the platform does
// not, unless Config says otherwise.
const DefaultDNS = "https://cloudflare-dns.com/dns-query"

// Config says what a Network is made of.
type Config struct {
	// Key is the identity. Required.
	Key crypto.PrivKey

	Lists

	// LowWater and HighWater bound the connections: above HighWater those that
	// matter least are closed until LowWater are left. Defaults DefaultLowWater
	// and DefaultHighWater, or what fits the other.
	LowWater, HighWater int
	// TrimGrace is how long a new connection is safe from that. Default 20 seconds.
	TrimGrace time.Duration

	// DNS is the URL of a DNS-over-HTTPS server (RFC 8484), which is asked when
	// there is a name to resolve. Default DefaultDNS in a browser, and natively
	// none: the system resolves.
	DNS string

	// RelayService makes this host a circuit relay for others: 256 of them, each
	// connection for up to an hour and 256 MiB each way. Not in a browser.
	RelayService bool

	// DialOnly leaves out what a browser does not have: the host then only dials
	// WebSockets, and circuits through them, as all hosts in a browser do.
	DialOnly bool

	// AgentVersion is what peers are told runs here.
	AgentVersion string
	// Logger takes what no caller can be told. Default: nothing is logged.
	Logger *slog.Logger
}

// Lists is the part of a Config that may grow while the Network runs.
type Lists struct {
	// Bootstrap has the peers to stay connected with: multiaddrs that end in
	// "/p2p/<peer id>".
	Bootstrap []string
	// Relays has the circuit relays to hold a reservation on: multiaddrs that end
	// in "/p2p/<peer id>".
	Relays []string
	// Listen has the multiaddrs to listen on. "<a relay's multiaddr>/p2p-circuit"
	// is the same as a relay above, and all that a browser can listen on.
	Listen []string
}

func (c Config) withDefaults() (Config, error) {
	if c.Key == nil {
		return c, errors.New("p2p: Config needs a Key")
	}
	if c.HighWater == 0 {
		c.HighWater = max(DefaultHighWater, c.LowWater)
	}
	if c.LowWater == 0 {
		c.LowWater = min(DefaultLowWater, c.HighWater)
	}
	if c.LowWater < 0 || c.LowWater > c.HighWater {
		details := map[string]any{"option": "lowWater", "value": c.LowWater}
		return c, nodeapi.Errorf(nodeapi.CodeInvalidOption, details,
			"lowWater %d is not between 0 and highWater %d", c.LowWater, c.HighWater)
	}
	if c.TrimGrace == 0 {
		c.TrimGrace = 20 * time.Second
	}
	if c.DNS == "" {
		c.DNS = platformDNS
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.RelayService && (c.DialOnly || !canListen) {
		return c, fmt.Errorf("p2p: what only dials cannot be a relay")
	}
	return c, nil
}
