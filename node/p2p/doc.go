// Package p2p is a libp2p host put together from parts, so that the same one
// runs in a browser and natively: noise, yamux, identify, ping, a connection
// manager, limits on every resource, and the client of circuit relays (v2).
//
// A Network dials the peers that it is configured with, those that it is asked
// for, and no others. Bootstrap peers and relays are kept: redialled after a
// back-off that grows, and at once when the device comes online or wakes up.
// While it is offline they are not dialled; connections that there are stay, and
// are asked for an answer afterwards. On each relay it holds a reservation, so
// that peers reach it through the relay.
//
// What differs in a browser:
//
//   - The one transport is the WebSocket, and it only dials. "/dns" names are left
//     to the browser, which alone can resolve them.
//   - It listens nowhere but on relays.
//   - "/dnsaddr" is resolved by DNS over HTTPS.
//   - Whether the device is online is the browser's to say.
//
// # Relayed connections
//
// libp2p marks a connection through a relay that limits its bytes and time, and
// most protocols then stay off it. A browser often has no other way to a peer,
// so here such a connection is as good as any: bitswap, pubsub and streams of
// applications use it until the relay ends it. IsLimited still tells which they
// are. Hole punching is off: it needs what browsers do not have.
//
// # Errors
//
// What a caller can act on is a *nodeapi.Error: an address that cannot be read
// (nodeapi.CodeInvalidAddress) or that this platform cannot dial
// (nodeapi.CodeUndialableAddress).
package p2p
