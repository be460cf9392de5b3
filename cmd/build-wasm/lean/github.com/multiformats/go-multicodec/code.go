// Package multicodec has the multicodec table as constants.
package multicodec

// Code is a number of the table.
type Code uint64

// Between these, both included, are the codes that anybody may use internally.
const (
	ReservedStart = 0x300000
	ReservedEnd   = 0x3FFFFF
)

// KnownCodes returns all codes that have a name.
func KnownCodes() []Code { return knownCodes }
