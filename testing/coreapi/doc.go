// Package coreapi compares the TypeScript client with kubo-rpc-client, whose
// names it has: testing/coreapi.md is a table of each method and each option of
// theirs, and for each that is not here why. The test sees to it that the table is
// what the declarations of both say, and that no reason is missing or left over.
//
//	go test ./testing/coreapi -update
package coreapi
