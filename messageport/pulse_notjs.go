//go:build !js

package messageport

import "runtime"

// pulse lets other goroutines have their turn.
type pulse struct{}

func newPulse() *pulse { return &pulse{} }

func (*pulse) wait() { runtime.Gosched() }
