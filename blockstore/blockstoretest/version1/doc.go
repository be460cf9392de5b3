// Package version1 has a database as the first version of the layout made it,
// which whatever comes later has to read. It is the repo of a node: an identity
// that nobody else has, a file of nine blocks under a recursive pin with a name,
// a directory, a DAG-CBOR node, a direct pin and a block that nothing holds.
//
// testdata/database.json has the keys and values of each object store in base64.
// It was written once, by that version, and never changes.
package version1
