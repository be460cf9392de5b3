package web

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const maxURL = 2 << 10

// CheckURL returns the URL of a server in the form in which it is used, without
// a slash at its end. It is one of https, or of http on this machine, and has
// neither user nor query nor fragment.
func CheckURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxURL || err != nil || u.Host == "" || u.Hostname() == "":
		return "", invalidURL(text, "it cannot be read as a URL with a host")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", invalidURL(text, "it begins neither with https:// nor with http://")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", invalidURL(text, "http is for this machine alone; elsewhere it has to be https")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", invalidURL(text, "it has a user, a query or a fragment")
	}
	u.Host = strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/"), nil
}

func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// invalidURL does not repeat a text that may have a password in it.
func invalidURL(text, why string) error {
	told := text
	if u, err := url.Parse(text); err != nil || len(text) > maxURL {
		told = "text that is no URL"
	} else if u.User != nil {
		told = u.Redacted()
	}
	return nodeapi.Errorf(nodeapi.CodeInvalidURL, map[string]any{"value": told}, "%q cannot be used: %s", told, why)
}

// originOf returns what of a URL may be told: scheme and host.
func originOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
