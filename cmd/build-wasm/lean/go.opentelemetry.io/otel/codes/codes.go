// Package codes has the outcomes of spans, if they were kept.
package codes

// Code is an outcome.
type Code uint32

// The outcomes.
const (
	Unset Code = iota
	Error
	Ok
)
