package p2p

import (
	"errors"
	"net"
	"strings"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

var errNoWebSocket = errors.New("not the address of a WebSocket")

// wsURL returns the URL of a WebSocket's address, which is one of
//
//	/<host>/tcp/<port>/ws
//	/<host>/tcp/<port>/wss
//	/<host>/tcp/<port>/tls/ws
//	/<host>/tcp/<port>/tls/sni/<name>/ws
//
// with a host of ip4, ip6, dns, dns4 or dns6. A name to be indicated to the
// server takes the host's place: WebSockets know only one.
func wsURL(addr ma.Multiaddr) (string, error) {
	if len(addr) < 3 || addr[1].Protocol().Code != ma.P_TCP {
		return "", errNoWebSocket
	}
	host := addr[0].Value()
	switch addr[0].Protocol().Code {
	case ma.P_IP4, ma.P_IP6, ma.P_DNS, ma.P_DNS4, ma.P_DNS6:
	default:
		return "", errNoWebSocket
	}
	scheme, rest := "ws", addr[2:]
	if rest[0].Protocol().Code == ma.P_TLS {
		scheme, rest = "wss", rest[1:]
		if len(rest) > 0 && rest[0].Protocol().Code == ma.P_SNI {
			host, rest = rest[0].Value(), rest[1:]
		}
	}
	switch {
	case len(rest) != 1:
		return "", errNoWebSocket
	case rest[0].Protocol().Code == ma.P_WSS && scheme == "ws":
		scheme = "wss"
	case rest[0].Protocol().Code != ma.P_WS:
		return "", errNoWebSocket
	}
	return scheme + "://" + net.JoinHostPort(host, addr[1].Value()), nil
}

// isThisDevice reports whether an address is of the loopback interface.
func isThisDevice(addr ma.Multiaddr) bool {
	host := addr[0].Value()
	return manet.IsIPLoopback(addr) || host == "localhost" || strings.HasSuffix(host, ".localhost")
}
