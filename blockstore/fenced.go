package blockstore

import "fmt"

// fenced is an engine that asks before each write whether it may still. Reads
// need no leave: they are of a state that was committed.
type fenced struct {
	engine

	mayWrite func() error
	lost     func() // told when it may not
}

func (f fenced) write(t table, changes []change) func() error {
	if err := f.mayWrite(); err != nil {
		f.lost()
		return settled(fmt.Errorf("%w: %w: %w", ErrClosed, ErrTaken, err))
	}
	return f.engine.write(t, changes)
}
