package server

import (
	"net/url"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxOrigin bounds an origin, in bytes: a name of 253 with what is around it.
const maxOrigin = 300

// checkOrigin takes origins as browsers serialize them
// (https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin):
// one origin has one spelling, so that nobody is two, and none is "null".
func checkOrigin(origin string) error {
	wrong := func(why string) error { return invalidOption("origin", origin, "%s", why) }
	if origin == "" || len(origin) > maxOrigin {
		return wrong("is empty or too long")
	}
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok || !isWord(scheme, "+-.") {
		return wrong("is not of the form https://host:port")
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != scheme || u.Host != host || u.Hostname() == "" {
		return wrong("is not of the form https://host:port")
	}
	name, port := u.Hostname(), u.Port()
	if !isWord(name, "-._:") || strings.Contains("."+name+".", "..") {
		return wrong("has a host that no origin has")
	}
	if strings.HasSuffix(host, ":") || port != "" && (port[0] == '0' || len(port) > 5 || port == defaultPorts[scheme]) {
		return wrong("has a port that no origin tells")
	}
	return nil
}

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}

// isWord reports whether text is made of lower case letters, digits and others, of
// the last not at its beginning.
func isWord(text, others string) bool {
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		if !letter && (i == 0 && r != ':' || !strings.ContainsRune(others, r)) {
			return false
		}
	}
	return text != ""
}

// directoryOf is where an origin has its files. No other origin's is the same, or
// in it: neither part of an origin has a "/".
func directoryOf(origin string) string {
	scheme, host, _ := strings.Cut(origin, "://")
	return "/origins/" + scheme + "/" + host
}

// Bounds of grants.
const (
	maxGranted  = 64 // entries of a list
	maxRate     = 1 << 16
	maxParallel = 1 << 12
)

// checkGrants looks at what is to be granted to an origin, or if that is empty to
// another of the node's own.
func checkGrants(origin string, grants nodeapi.Grants) error {
	for _, list := range []configList{
		{"topics", maxTerm, grants.Topics},
		{"rooms", maxTerm, grants.Rooms},
		{"protocols", maxTerm, grants.Protocols},
	} {
		if len(list.entries) > maxGranted {
			return invalidOption(list.name, uint64(len(list.entries)), "has %d entries; the most is %d", len(list.entries), maxGranted)
		}
		for _, entry := range list.entries {
			if len(entry) > list.longest || entry == "" && list.name == "protocols" {
				return invalidOption(list.name, entry, "has an entry of %d bytes", len(entry))
			}
		}
	}
	switch {
	case grants.Rate > maxRate:
		return invalidOption("rate", uint64(grants.Rate), "is more than %d calls per second", maxRate)
	case grants.MaxStreams > maxParallel:
		return invalidOption("maxStreams", uint64(grants.MaxStreams), "is more than %d calls", maxParallel)
	case grants.Expires < 0:
		return invalidOption("expires", grants.Expires, "is before 1970")
	case origin == "" && grants.Quota != 0:
		return invalidOption("quota", grants.Quota, "is for an origin: what is kept without one is the node's own")
	}
	return nil
}
