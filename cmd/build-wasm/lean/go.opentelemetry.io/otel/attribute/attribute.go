// Package attribute has what describes spans, if they were kept.
package attribute

import "fmt"

// KeyValue is an attribute.
type KeyValue struct{}

// String returns an attribute.
func String(string, string) KeyValue { return KeyValue{} }

// Int returns an attribute.
func Int(string, int) KeyValue { return KeyValue{} }

// Int64 returns an attribute.
func Int64(string, int64) KeyValue { return KeyValue{} }

// Bool returns an attribute.
func Bool(string, bool) KeyValue { return KeyValue{} }

// StringSlice returns an attribute.
func StringSlice(string, []string) KeyValue { return KeyValue{} }

// Stringer returns an attribute. The value is not asked for its string.
func Stringer(string, fmt.Stringer) KeyValue { return KeyValue{} }
