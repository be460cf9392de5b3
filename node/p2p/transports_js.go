package p2p

// What a browser can do.
const (
	canListen    = false
	platformDNS  = DefaultDNS
	dialableHere = "a browser dials WebSockets, and circuits through them"
)

// addTransports adds the transports beside circuits.
func (n *Network) addTransports() error {
	return n.swarm.AddTransport(n.newWebSockets())
}
