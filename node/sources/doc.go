// Package sources gets blocks from whoever has offered to be asked: pages that can
// reach the node of another origin, say.
//
// They are asked before the network, all at once, for a short time. What one of
// them gives is verified by its CID. Who gives wrong bytes a few times is asked no
// more.
package sources
