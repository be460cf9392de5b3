package server

import (
	"maps"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// What a client can want if the node runs with another configuration.
const (
	onConflictError = "error"
	onConflictJoin  = "join"
)

// readWish decodes what a client asks of the node; it may say nothing.
func readWish(app messageport.RawMessage) (nodeapi.Hello, error) {
	var wish nodeapi.Hello
	if len(app) == 0 {
		return wish, nil
	}
	decode := func(v any) error { return messageport.Unmarshal(app, v) }
	if err := decode(&wish); err != nil {
		return wish, explain(err, decode)
	}
	if err := oneOf("onConflict", wish.OnConflict, onConflictError, onConflictJoin); err != nil {
		return wish, err
	}
	if err := oneOf("network", wish.Config.Network, nodeapi.NetworkOn, nodeapi.NetworkOffline); err != nil {
		return wish, err
	}
	if watermark := wish.Config.StorageGCWatermark; watermark > 100 {
		return wish, invalidOption("storageGCWatermark", watermark, "is more than 100 percent")
	}
	return wish, oneOf("durability", wish.Config.Durability, nodeapi.DurabilityRelaxed, nodeapi.DurabilityStrict)
}

// oneOf refuses an option's value that is neither a nor b nor left out.
func oneOf(option, value, a, b string) error {
	if value == "" || value == a || value == b {
		return nil
	}
	return invalidOption(option, value, "is neither %q nor %q", a, b)
}

// checkConfig refuses a client that asks for something that the running
// configuration has not.
func checkConfig(wanted, running nodeapi.Config) *nodeapi.Error {
	fields := conflicts(wanted, running)
	if len(fields) == 0 {
		return nil
	}
	names := strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	return nodeapi.Errorf(nodeapi.CodeConfigConflict, map[string]any{"fields": fields},
		"the node runs with another configuration: %s", names)
}

// conflicts returns the fields in which wanted and running differ, each with
// both values. A zero field of wanted asks for nothing. Lists grow with what
// clients ask for and are never in conflict.
func conflicts(wanted, running nodeapi.Config) map[string]any {
	fields := make(map[string]any)
	compare(fields, "durability", wanted.Durability, running.Durability)
	compare(fields, "storageMax", wanted.StorageMax, running.StorageMax)
	compare(fields, "storageGCWatermark", wanted.StorageGCWatermark, running.StorageGCWatermark)
	compare(fields, "network", wanted.Network, running.Network)
	compare(fields, "lowWater", wanted.LowWater, running.LowWater)
	compare(fields, "highWater", wanted.HighWater, running.HighWater)
	compare(fields, "dns", wanted.DNS, running.DNS)
	return fields
}

func compare[T comparable](fields map[string]any, name string, wanted, running T) {
	var zero T
	if wanted != zero && wanted != running {
		fields[name] = map[string]any{"wanted": wanted, "running": running}
	}
}
