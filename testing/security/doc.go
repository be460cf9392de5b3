// Package security asks of docs/security.md that each of its lines names a test that
// there is.
package security
