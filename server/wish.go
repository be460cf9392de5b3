package server

import (
	"errors"
	"maps"
	"net/url"
	"slices"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// What a client can want if the node runs with another configuration.
const (
	onConflictError = "error"
	onConflictJoin  = "join"
)

// Bounds of what a client can ask for.
const (
	maxWater   = 1 << 16 // connections
	maxEntries = 1 << 10 // of a list, with what others have asked for
)

// readWish decodes what a client asks of the node; it may say nothing. What is
// wrong in it is found here, before it can spoil a boot that others wait for.
func readWish(app messageport.RawMessage) (nodeapi.Hello, error) {
	var wish nodeapi.Hello
	if len(app) == 0 {
		return wish, nil
	}
	decode := func(v any) error { return messageport.Unmarshal(app, v) }
	if err := decode(&wish); err != nil {
		return wish, explainWish(err, decode)
	}
	if err := oneOf("onConflict", wish.OnConflict, onConflictError, onConflictJoin); err != nil {
		return wish, err
	}
	return wish, checkWish(wish.Config)
}

// explainWish is explain for a field of the configuration, too.
func explainWish(err error, decode func(any) error) error {
	var parts struct {
		Config messageport.RawMessage `cbor:"config"`
	}
	if decode(&parts) == nil {
		decodeConfig := func(v any) error { return messageport.Unmarshal(parts.Config, v) }
		inner := explain(decodeConfig(new(nodeapi.Config)), decodeConfig)
		if _, found := errors.AsType[*nodeapi.Error](inner); found {
			return inner
		}
	}
	return explain(err, decode)
}

// checkWish looks at each field. Whether an entry of a list is what it should be
// the backend says, see Extender.
func checkWish(wish nodeapi.Config) error {
	for _, check := range []func(nodeapi.Config) error{checkWords, checkNumbers, checkDNS} {
		if err := check(wish); err != nil {
			return err
		}
	}
	for _, list := range listsOf(wish) {
		if len(list.entries) > maxEntries {
			return tooManyEntries(list.name, len(list.entries))
		}
		for _, entry := range list.entries {
			if entry == "" || len(entry) > list.longest {
				return invalidOption(list.name, entry, "has an entry of %d bytes; want 1 to %d", len(entry), list.longest)
			}
		}
	}
	return nil
}

func checkWords(wish nodeapi.Config) error {
	if err := oneOf("network", wish.Network, nodeapi.NetworkOn, nodeapi.NetworkOffline); err != nil {
		return err
	}
	return oneOf("durability", wish.Durability, nodeapi.DurabilityRelaxed, nodeapi.DurabilityStrict)
}

// oneOf refuses an option's value that is neither a nor b nor left out.
func oneOf(option, value, a, b string) error {
	if value == "" || value == a || value == b {
		return nil
	}
	return invalidOption(option, value, "is neither %q nor %q", a, b)
}

func checkNumbers(wish nodeapi.Config) error {
	low, high := wish.LowWater, wish.HighWater
	switch {
	case wish.StorageGCWatermark > 100:
		return invalidOption("storageGCWatermark", wish.StorageGCWatermark, "is more than 100 percent")
	case low > maxWater:
		return invalidOption("lowWater", low, "is more than %d connections", maxWater)
	case high > maxWater:
		return invalidOption("highWater", high, "is more than %d connections", maxWater)
	case high > 0 && low > high:
		return invalidOption("lowWater", low, "is above highWater, which is %d", high)
	}
	return nil
}

func checkDNS(wish nodeapi.Config) error {
	if wish.DNS == "" {
		return nil
	}
	u, err := url.Parse(wish.DNS)
	if len(wish.DNS) > maxAddr || err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return invalidOption("dns", wish.DNS, "is not the URL of a DNS-over-HTTPS server")
	}
	return nil
}

// A list of a configuration grows with what clients ask for.
type configList struct {
	name    string
	longest int // entry, in bytes
	entries []string
}

func listsOf(cfg nodeapi.Config) []configList {
	return []configList{
		{"bootstrap", maxAddr, cfg.Bootstrap},
		{"relays", maxAddr, cfg.Relays},
		{"swarm", maxAddr, cfg.Swarm},
		{"topics", maxTerm, cfg.Topics},
		{"delegatedRouters", maxAddr, cfg.DelegatedRouters},
		{"gateways", maxAddr, cfg.Gateways},
	}
}

// checkGrowth keeps what clients ask for from growing without end.
func checkGrowth(wanted, running nodeapi.Config) error {
	have := listsOf(running)
	for i, list := range listsOf(wanted) {
		total := len(have[i].entries)
		for _, entry := range list.entries {
			if !slices.Contains(have[i].entries, entry) {
				total++
			}
		}
		if total > maxEntries && total > len(have[i].entries) {
			return tooManyEntries(list.name, total)
		}
	}
	return nil
}

func tooManyEntries(option string, count int) error {
	return invalidOption(option, uint64(count), "has %d entries; the most is %d", count, maxEntries)
}

// nameList adds to the error of an entry the list in which that stands.
func nameList(err error, wanted nodeapi.Config) error {
	e, ok := errors.AsType[*nodeapi.Error](err)
	if !ok || e.Details["option"] != nil {
		return err
	}
	value, _ := e.Details["value"].(string)
	for _, list := range listsOf(wanted) {
		if value != "" && slices.Contains(list.entries, value) {
			named := *e
			named.Message = list.name + ": " + e.Message
			named.Details = maps.Clone(e.Details)
			named.Details["option"] = list.name
			return &named
		}
	}
	return err
}
