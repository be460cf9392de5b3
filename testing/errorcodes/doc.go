// Package errorcodes writes the table of the codes that errors have,
// docs/errors.md, from where they are declared, and asks that a test names each:
//
//	go test ./testing/errorcodes -update
package errorcodes
