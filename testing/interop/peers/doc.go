// Package peers runs the programs of others that Sharednode must get along with,
// each with a node of libp2p of its own on the loopback interface: Kubo, the
// binary that SHAREDNODE_KUBO names, and in Node.js the scripts beside this file,
// once `npm ci` has been run here.
package peers
