package interop

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

const crowd = "interop/crowd" // the topic

// TestSameIdentityTwice shows what becomes of nodes that share an identity, as
// those of an origin's tabs did that opened one repo: to a peer they are one
// peer with many connections, and a message for it reaches whichever.
func TestSameIdentityTwice(t *testing.T) {
	remote := startScript(t, peers.Gossip)
	var key string
	first := startScript(t, peers.Gossip)
	first.do(&key, "key", nil)
	twins := []script{first, startScript(t, peers.Gossip, key), startScript(t, peers.Gossip, key)}
	topic := map[string]any{"topic": crowd}
	remote.do(nil, "subscribe", topic)
	for _, twin := range twins {
		twin.do(nil, "subscribe", topic)
		twin.do(nil, "dial", map[string]any{"addr": remote.Addrs[1]})
	}
	eventually(t, "the peer knows that they listen", func() bool { return len(subscribers(remote)) > 0 })

	const messages = 20
	for i := range messages {
		remote.do(nil, "publish", map[string]any{"topic": crowd, "data": []byte(strconv.Itoa(i))})
	}
	last := peers.Event{Event: "message", Data: []byte(strconv.Itoa(messages - 1))}
	eventually(t, "a twin has the last message", func() bool {
		return slices.ContainsFunc(twins, func(twin script) bool { return count(twin, last) > 0 })
	})
	time.Sleep(200 * time.Millisecond) // for the others, if they were to get any
	whole := 0
	for i, twin := range twins {
		n := count(twin, peers.Event{Event: "message", From: remote.ID})
		t.Logf("twin %d got %d of %d messages", i, n, messages)
		if n == messages {
			whole++
		}
	}
	if n := len(subscribers(remote)); n != 1 || count(remote, peers.Event{Event: "connection"}) != len(twins) {
		t.Errorf("%d connections of %d peers; want %d of one",
			count(remote, peers.Event{Event: "connection"}), n, len(twins))
	}
	if whole == len(twins) {
		t.Error("all of them got all messages: there is no problem")
	}
}

// subscribers are the peers of which a script knows that they listen.
func subscribers(s script) (ids []string) {
	s.t.Helper()
	s.do(&ids, "subscribers", map[string]any{"topic": crowd})
	return ids
}

// TestManyTabsAreOnePeer counts what a peer sees of many tabs, and what each tab
// gets of its messages.
func TestManyTabsAreOnePeer(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	const (
		tabCount = 8
		theirs   = 200 // messages of the peer
		each     = 20  // of each tab
	)
	remote := startScript(t, peers.Gossip)
	b := newBrowser(t)
	cfg := nodeapi.Config{Network: nodeapi.NetworkOn, Bootstrap: remote.Addrs[:1]}
	var tabs []*tab
	for range tabCount {
		tabs = append(tabs, b.tab(cfg))
		tabs[len(tabs)-1].do(nil, "await listen(args[0])", crowd)
	}
	remote.do(nil, "subscribe", map[string]any{"topic": crowd})
	eventually(t, "the peer knows that the node listens", func() bool { return len(subscribers(remote)) == 1 })

	err := together(tabs, func(i int, tab *tab) error {
		return tab.Eval(soon(t), nil, "for (let i = 0; i < args[1]; i++) await publish(args[0], `tab ${args[2]} message ${i}`)", crowd, each, i)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range theirs {
		remote.do(nil, "publish", map[string]any{"topic": crowd, "data": []byte(strconv.Itoa(i))})
	}
	var want []string
	for i := range tabCount {
		for k := range each {
			want = append(want, fmt.Sprintf("tab %d message %d", i, k))
		}
	}
	eventually(t, "the peer has the tabs' messages", func() bool {
		return count(remote, peers.Event{Event: "message"}) >= len(want)
	})
	wantTexts(t, "the peer", textsOf(remote, tabs[0].id), want)
	for i := range theirs {
		want = append(want, strconv.Itoa(i))
	}
	for i, tab := range tabs {
		var got []string
		tab.do(&got, "await until(() => heard[args[0]].length >= args[1]); return heard[args[0]]", crowd, len(want))
		wantTexts(t, fmt.Sprintf("tab %d", i), got, want)
	}
	wantOnePeer(t, remote, tabs[0].id)
}

// wantOnePeer wants the node to have been one peer all the time, with one
// connection.
func wantOnePeer(t *testing.T, remote script, id string) {
	t.Helper()
	all := count(remote, peers.Event{Event: "connection"})
	if ours := count(remote, peers.Event{Event: "connection", Peer: id}); all != 1 || ours != 1 {
		t.Errorf("the peer saw %d connections, %d of them of the node; want one", all, ours)
	}
	if listening := subscribers(remote); !slices.Equal(listening, []string{id}) {
		t.Errorf("the peer has %v listen; want the node alone", listening)
	}
}

// textsOf are the texts of the messages that a script got from a peer.
func textsOf(s script, from string) (texts []string) {
	for _, e := range s.Events() {
		if e.Event == "message" && e.From == from {
			texts = append(texts, string(e.Data))
		}
	}
	return texts
}

// wantTexts wants each text once, in any order.
func wantTexts(t *testing.T, who string, got, want []string) {
	t.Helper()
	times := map[string]int{}
	for _, text := range got {
		times[text]++
	}
	for _, text := range want {
		if times[text] != 1 {
			t.Errorf("%s got %q %d times", who, text, times[text])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s got %d messages; want %d", who, len(got), len(want))
	}
}

// together runs f for each tab at once.
func together(tabs []*tab, f func(i int, t *tab) error) error {
	errs := make([]error, len(tabs))
	var running sync.WaitGroup
	for i, t := range tabs {
		running.Go(func() { errs[i] = f(i, t) })
	}
	running.Wait()
	return errors.Join(errs...)
}
