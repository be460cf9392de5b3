//go:build !js

package madns

import "net"

// system is what resolves where nothing else is given.
var system BasicResolver = net.DefaultResolver
