package main

import (
	"fmt"
	"strings"
)

// A system is one of those measured.
type system struct {
	name     string
	title    string
	settings string
	page     string   // its module
	worker   string   // its worker's script, if that needs bundling too
	packages []string // of the peers, whose versions the report states
	dist     string   // the built package, of ours; the usual one if empty
	// limit says that it is no peer: what the browser does with nothing around it.
	limit bool
}

const ours = "sharednode"

// before is another package of ours, built from something else.
const before = "before"

// another returns ours with the package in a directory.
func another(dist string) system {
	s := systems[indexOf(ours)]
	s.name, s.title, s.dist = before, "before", dist
	return s
}

var systems = []system{
	{
		name: ours, title: "Sharednode",
		page:     "web/sharednode.js",
		settings: "the package as built, its node in a SharedWorker; add: profile unixfs-v1-2025 (CIDv1, raw leaves, 1 MiB), pinned; relaxed durability; round trip: isOnline",
	},
	{
		name: "jsipfs", title: "js-ipfs",
		page:     "peers/jsipfs.js",
		worker:   "peers/jsipfs-worker.js",
		settings: "offline, its node in a SharedWorker behind ipfs-message-port-server and -client; add: own settings are CIDv0, dag-pb leaves, 256 KiB, pinned; round trip: a method that is not there, refused before the node",
		packages: []string{"ipfs-core", "ipfs-message-port-server", "ipfs-message-port-client"},
	},
	{
		name: "helia", title: "Helia",
		page:     "peers/helia.js",
		settings: "createHelia in the tab with no addresses and no bootstrap peers, over blockstore-idb and datastore-idb, views copied before they are stored; add: own settings are CIDv1, raw leaves, 1 MiB, then pins.add; block.put hashes by multiformats; no round trip, there is no port",
		packages: []string{"helia", "@helia/unixfs", "@helia/dag-cbor", "blockstore-idb", "datastore-idb"},
	},
	{
		name: "platform", title: "the browser alone", limit: true,
		page:     "web/platform.js",
		worker:   "web/platform-worker.js",
		settings: "a SharedWorker in plain JavaScript; IndexedDB with no hashing, no pins and nothing sent to the tab, files as values of 1 MiB, 16 to a transaction, other values one to a transaction or as many as are asked for at a time; durability relaxed; round trip: 32 bytes echoed",
	},
}

// watched reports whether the memory of the system's worker is looked at: of ours,
// and of what the browser takes itself.
func (s system) watched() bool { return s.name == ours || s.name == before || s.limit }

// choose returns those of the systems that a comma-separated list names, all
// for an empty one.
func choose(list string) ([]system, error) {
	if list == "" {
		return systems, nil
	}
	var chosen []system
	for name := range strings.SplitSeq(list, ",") {
		i := indexOf(name)
		if i < 0 {
			return nil, fmt.Errorf("no system %q", name)
		}
		chosen = append(chosen, systems[i])
	}
	return chosen, nil
}

func indexOf(name string) int {
	for i, s := range systems {
		if s.name == name {
			return i
		}
	}
	return -1
}
