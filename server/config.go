package server

import (
	"maps"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// checkConfig refuses a client that asks for something that the running
// configuration has not.
func checkConfig(wanted, running nodeapi.Config) error {
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
