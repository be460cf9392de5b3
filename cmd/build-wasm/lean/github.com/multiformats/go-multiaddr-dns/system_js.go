package madns

import (
	"context"
	"net"
)

// system is what resolves where nothing else is given. A browser has nothing for
// it, and the node gives a server over HTTPS.
var system BasicResolver = nothing{}

// nothing knows no names.
type nothing struct{}

func (nothing) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	return nil, notFound(name)
}

func (nothing) LookupTXT(_ context.Context, name string) ([]string, error) {
	return nil, notFound(name)
}

func notFound(name string) error {
	return &net.DNSError{Err: "a browser resolves no names", Name: name, IsNotFound: true}
}
