package p2p

// startRelayService does nothing: a browser cannot be a relay.
func (n *Network) startRelayService() error { return nil }
