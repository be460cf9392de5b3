// Package interop holds the tests of the node among programs of others, all of
// them real: Kubo, js-libp2p with gossipsub, and ipfs-pubsub-room of two ages.
// The same tests meet them natively where SHAREDNODE_KUBO names an ipfs binary,
// and from tabs of a browser where SHAREDNODE_BROWSER is set as well.
package interop
