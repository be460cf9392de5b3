package coreapi

// reasons says why what kubo-rpc-client has is not here: by method, by
// "method:option", or by ":option" for an option of many methods.
var reasons = map[string]string{
	"commands":               "lists the commands of Kubo's command line",
	"config.profiles.apply":  "profiles are of Kubo's configuration file",
	"config.replace":         "see `config.set`",
	"config.set":             "the node is shared: what the first tab asked for holds, lists grow by `connect`, and `bootstrap.*` edits the one that can be edited",
	"dht.query":              "a browser is no part of the DHT; `routing.*` asks routers over HTTP",
	"diag.cmds":              "`status` tells of the calls of each tab",
	"diag.net":               "Kubo has it no more",
	"diag.sys":               "`status` and `samples` tell what there is to tell of a worker",
	"getEndpointConfig":      "there is no endpoint: the node is in the browser",
	"mount":                  "a browser mounts no file system",
	"name.pubsub.cancel":     "IPNS over pubsub is not resolved",
	"name.pubsub.state":      "IPNS over pubsub is not resolved",
	"name.pubsub.subs":       "IPNS over pubsub is not resolved",
	"object.patch.addLink":   "deprecated in favour of `dag.*` and `files.*`",
	"object.patch.rmLink":    "deprecated in favour of `dag.*` and `files.*`",
	"provide.stat":           "the node announces no blocks, see `routing.provide`",
	"pubsub.setMaxListeners": "of Node.js's event emitters; handlers here have no such limit",
	"routing.provide":        "answers `not-supported`: delegated routers take no announcements, for which there is a draft alone ([IPIP-378](https://github.com/ipfs/specs/pull/378)), and a browser is no part of the DHT; what `pin.remote.*` pins is announced there",

	":blockWriteConcurrency":             "blocks are written many to a transaction, as fast as the store takes them",
	":fileImportConcurrency":             "files are read one after the other, and hashed and written beside that",
	":enableShardingExperiment":          "large directories are sharded always",
	":shardSplitThreshold":               "that of the profile (IPIP-499), so that CIDs are the same everywhere",
	":preload":                           "there are no preload servers",
	":lock":                              "of js-ipfs's repo; pins are written all or none without it",
	":all":                               "`rmAll` removes all that match, and a listing lists them",
	"block.put:allowBigBlock":            "peers take no block of more than 2 MiB over bitswap, which is the limit",
	"pin.ls:names":                       "names are always told",
	"files.write:strategy":               "`files.write` changes what is there, and lays out what is new as `add` does",
	"files.write:reduceSingleLeafToSelf": "as the profile has it",
	"files.rm:cidVersion":                "removing makes no new kind of directory",
	"files.rm:hashAlg":                   "removing makes no new kind of directory",
	"pubsub.subscribe:discover":          "of js-ipfs's; peers are those that are connected",
}
