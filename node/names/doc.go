// Package names publishes and resolves IPNS names (https://specs.ipfs.tech/ipns/)
// and resolves DNSLink (https://dnslink.dev/).
//
// A record that is published is in the repo's datastore before any router is
// told, and stays there: its sequence number grows from one start of the node to
// the next, also past what another node has published under the same key. While
// the node runs it signs its records anew, with later ends, and puts them to the
// routers again: some hours after they took it, sooner if the record lives
// shorter, and if none took it, again and again with growing pauses.
//
// Who resolves is given what the repo has at once, and then whatever the routers
// have that is newer. A record counts only if its name's key has signed it, and
// until it ends. Names that were resolved are remembered, for as long as their
// records allow and within a bound.
package names
