// Package messageporttest is the contract of a [messageport.Port], and of the
// sessions that run over one, as tests for any kind of port.
package messageporttest

import (
	"context"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

// Pair makes the two ends of a new channel. It has them closed when the test
// ends, where they are not by then.
type Pair func(t testing.TB) (a, b messageport.Port)

// Test checks that a kind of port keeps the contract, and that sessions do
// over it.
func Test(t *testing.T, pair Pair) {
	for _, group := range []struct {
		name  string
		tests map[string]func(*testing.T, Pair)
	}{
		{"Port", portTests},
		{"Handshake", handshakeTests},
		{"Call", callTests},
		{"Stream", streamTests},
		{"Credit", creditTests},
		{"Cancel", cancelTests},
		{"Limit", limitTests},
		{"End", endTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for name, test := range group.tests {
				t.Run(name, func(t *testing.T) { test(t, pair) })
			}
		})
	}
}

// patience is how long a test waits for what should come at once. It is for
// machines under load: nothing here takes long.
const patience = 20 * time.Second

// testContext returns a context that ends when patience does.
func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
