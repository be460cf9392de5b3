package peers_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/interop/peers"
)

// TestTheyMeet has Kubo and js-libp2p meet each other, so that what fails in the
// company of Sharednode can be told from what does not work by itself.
func TestTheyMeet(t *testing.T) {
	if os.Getenv(peers.KuboVariable) == "" {
		t.Skip(peers.KuboVariable + " does not name a Kubo binary")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	kubo, err := peers.StartKubo(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer kubo.Stop()
	script, err := peers.StartScript(ctx, peers.Gossip)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := script.Close(); err != nil {
			t.Error(err)
		}
	}()
	do := func(op string, fields map[string]any) {
		t.Helper()
		if err := script.Do(ctx, nil, op, fields); err != nil {
			t.Fatal(err)
		}
	}

	do("dial", map[string]any{"addr": kubo.TCP})
	do("subscribe", map[string]any{"topic": "meet"})
	messages, err := kubo.Subscribe(ctx, "meet")
	if err != nil {
		t.Fatal(err)
	}
	// Either side's news of the topic takes its time: what is sent too early is
	// sent again.
	fromScript := resend(ctx, func() { do("publish", map[string]any{"topic": "meet", "data": []byte("from js")}) },
		func(ctx context.Context) bool {
			select {
			case m := <-messages:
				return string(m.Data) == "from js" && m.From == script.ID
			case <-ctx.Done():
				return false
			}
		})
	if !fromScript {
		t.Error("Kubo got no message of js-libp2p's")
	}
}

// resend calls send each second until arrived reports true.
func resend(ctx context.Context, send func(), arrived func(context.Context) bool) bool {
	for ctx.Err() == nil {
		send()
		soon, cancel := context.WithTimeout(ctx, time.Second)
		ok := arrived(soon)
		cancel()
		if ok {
			return true
		}
	}
	return false
}
