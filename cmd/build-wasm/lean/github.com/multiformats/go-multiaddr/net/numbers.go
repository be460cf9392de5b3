package manet

import (
	"net"
	"net/netip"
)

// The addresses here name no hosts but by their numbers: with net's functions
// comes a resolver that asks name servers, which a browser does not let it reach.

func resolveTCPAddr(_, address string) (*net.TCPAddr, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &net.AddrError{Err: err.Error(), Addr: address}
	}
	return net.TCPAddrFromAddrPort(to), nil
}

func resolveUDPAddr(_, address string) (*net.UDPAddr, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &net.AddrError{Err: err.Error(), Addr: address}
	}
	return net.UDPAddrFromAddrPort(to), nil
}

func resolveIPAddr(_, address string) (*net.IPAddr, error) {
	to, err := netip.ParseAddr(address)
	if err != nil {
		return nil, &net.AddrError{Err: err.Error(), Addr: address}
	}
	return &net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()}, nil
}

func resolveUnixAddr(network, address string) (*net.UnixAddr, error) {
	return &net.UnixAddr{Name: address, Net: network}, nil
}
