package interop

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// patience is how long a test may wait for one thing on a busy machine.
const patience = time.Minute

// A subject is a node of Sharednode, as its users have it: natively by its
// methods, in a tab by the client. Its methods fail the test for what they
// cannot do.
type subject interface {
	company

	ID() string
	LocalAddrs() []string
	// Peers has the ids of the peers that are connected, one for each connection.
	Peers() []string
	Connect(addr string)
	// AddRandom adds the bytes that random gives, and CheckRandom wants a file to
	// hold them.
	AddRandom(size, seed int) (cid string)
	CheckRandom(cid string, size, seed int)
	// AddFiles adds files by their paths, in a directory, and gives its CID.
	AddFiles(files map[string]string) (cid string)
	ReadFiles(cid string) map[string]string
	// PutCBOR stores {name, links: [link]}, and GetCBOR gives the name at the end
	// of a path.
	PutCBOR(name, link string) (cid string)
	GetCBOR(path string) (name string)
	// Subscribe tells the messages of a topic as events "message".
	Subscribe(topic string)
	Publish(topic string, data []byte)
	// Join joins a room, and tells events "joined", "left" and "message".
	Join(topic string)
	Leave(topic string)
	Broadcast(topic, text string)
	SendTo(topic, peer, text string)
	// Talk opens a stream, writes, closes for writing and reads to the end. If the
	// stream fails it gives the error's code.
	Talk(peer, protocol string, data []byte) (back []byte, code nodeapi.Code)
	// Echo handles a protocol by sending back what comes.
	Echo(protocol string)
	// ResetAfterByte handles a protocol by resetting streams after a byte.
	ResetAfterByte(protocol string)
}

// company is whoever tells events: a subject or a script.
type company interface {
	Events() []peers.Event
}

// newSubject starts a node: in a tab where there is a browser to use, or
// natively.
func newSubject(t *testing.T, cfg nodeapi.Config) subject {
	t.Helper()
	cfg.Network = nodeapi.NetworkOn
	if harness.Skip() == "" {
		return newBrowser(t).tab(cfg)
	}
	if os.Getenv(peers.KuboVariable) == "" {
		t.Skip(peers.KuboVariable + " does not name an ipfs binary")
	}
	return newNative(t, cfg)
}

// soon returns a context that ends when the test's patience does.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func startKubo(t *testing.T, edits ...func(map[string]any)) *peers.Kubo {
	t.Helper()
	if os.Getenv(peers.KuboVariable) == "" && harness.Skip() != "" {
		t.Skip(peers.KuboVariable + " does not name an ipfs binary")
	}
	kubo, err := peers.StartKubo(soon(t), t.TempDir(), edits...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kubo.Stop)
	return kubo
}

// A script is a peers.Script that fails the test for what it cannot do.
type script struct {
	*peers.Script

	t *testing.T
}

func startScript(t *testing.T, name string, args ...string) script {
	t.Helper()
	if os.Getenv(peers.KuboVariable) == "" && harness.Skip() != "" {
		t.Skip(peers.KuboVariable + " does not name an ipfs binary")
	}
	s, err := peers.StartScript(soon(t), name, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return script{s, t}
}

// do asks a script for an operation.
func (s script) do(result any, op string, fields map[string]any) {
	s.t.Helper()
	if err := s.Do(soon(s.t), result, op, fields); err != nil {
		s.t.Fatal(err)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not so after %v: %s", patience, what)
		}
	}
}

// await waits until someone has told an event like want, whose empty fields say
// nothing.
func await(t *testing.T, who company, want peers.Event) {
	t.Helper()
	for deadline := time.Now().Add(patience); count(who, want) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%T did not tell %+v but %+v", who, want, who.Events())
		}
	}
}

// count is how many events like want someone has told.
func count(who company, want peers.Event) (n int) {
	for _, e := range who.Events() {
		if e.Event == want.Event && (want.Topic == "" || e.Topic == want.Topic) &&
			(want.Peer == "" || e.Peer == want.Peer) && (want.From == "" || e.From == want.From) &&
			(want.Data == nil || string(e.Data) == string(want.Data)) && e.Direct == want.Direct {
			n++
		}
	}
	return n
}

// random returns bytes that no store can compress, the same for the same seed.
// The tabs' pages have its twin.
func random(size, seed int) []byte {
	x := uint32(seed+1) * 0x9E3779B1
	data := make([]byte, (size+3)/4*4)
	for i := 0; i < len(data); i += 4 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		data[i], data[i+1], data[i+2], data[i+3] = byte(x), byte(x>>8), byte(x>>16), byte(x>>24)
	}
	return data[:size]
}
