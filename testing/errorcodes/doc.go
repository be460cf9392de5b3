// Package errorcodes writes the table of the codes that errors have,
// docs/errors.md, from where they are declared, and asks that a test names each and
// that, as "make reached" finds out, a test comes to where it is made:
//
//	go test ./testing/errorcodes -update
package errorcodes
