package interop

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// The visits under traffic: frames are pages like tabs, each with a client and a
// port of its own, and vanish as abruptly; a real tab comes with a process of its
// own, or takes a while to close, and costs ten times as much.
const (
	frameVisits  = 160
	framesAtOnce = 4
	tabVisits    = 40
	tabsAtOnce   = 2
)

// TestNothingIsLostWhileTabsComeAndGo opens and closes 200 pages while a peer
// counts aloud. Each hears all from when it listens to when it goes, and is
// heard by all; those that stay hear everything; and the peer sees one peer with
// one connection.
func TestNothingIsLostWhileTabsComeAndGo(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	remote := startScript(t, peers.Gossip)
	b := newBrowser(t)
	cfg := nodeapi.Config{Network: nodeapi.NetworkOn, Bootstrap: remote.Addrs[:1]}
	stayers := []*tab{b.tab(cfg), b.tab(cfg)}
	for _, tab := range stayers {
		tab.do(nil, "await listen(args[0])", crowd)
	}
	remote.do(nil, "subscribe", map[string]any{"topic": crowd})
	eventually(t, "the peer knows that the node listens", func() bool { return len(subscribers(remote)) == 1 })
	remote.do(nil, "traffic", map[string]any{"topic": crowd, "every": 20})

	start := time.Now()
	var frames, tabs error
	var visiting sync.WaitGroup
	visiting.Go(func() { frames = visitByFrames(stayers[0], cfg) })
	visiting.Go(func() { tabs = visitByTabs(b, cfg) })
	visiting.Wait()
	if err := errors.Join(frames, tabs); err != nil {
		t.Fatal(err)
	}
	var counted int
	remote.do(&counted, "hush", map[string]any{"topic": crowd})
	t.Logf("%d visits in %v, while the peer counted to %d", frameVisits+tabVisits, time.Since(start), counted)

	names := visitors()
	eventually(t, "the peer has heard all visitors", func() bool {
		return count(remote, peers.Event{Event: "message"}) >= len(names)
	})
	wantTexts(t, "the peer", textsOf(remote, stayers[0].id), names)
	for i, tab := range stayers {
		var heard []int
		var said []string
		tab.do(&heard, "await until(() => heard[args[0]].length >= args[1]); return numbers(heard[args[0]])", crowd, counted+len(names))
		tab.do(&said, "return heard[args[0]].filter(text => !/^[0-9]+$/.test(text))", crowd)
		if len(heard) != counted || heard[0] != 0 {
			t.Errorf("tab %d, which stayed, heard %d numbers; want %d", i, len(heard), counted)
		}
		wantTexts(t, fmt.Sprintf("tab %d, which stayed", i), said, names)
	}
	wantOnePeer(t, remote, stayers[0].id)
	eventually(t, "no session is left but of those that stayed", func() bool {
		var sessions int
		stayers[0].do(&sessions, "return (await node.status()).sessions.length")
		return sessions == len(stayers)
	})
}

// visitors are the names of all who visit.
func visitors() (names []string) {
	for i := range frameVisits {
		names = append(names, fmt.Sprintf("frame %d", i))
	}
	for i := range tabVisits {
		names = append(names, fmt.Sprintf("tab %d", i))
	}
	return names
}

// visitByFrames has a page open frames, some at once.
func visitByFrames(host *tab, cfg nodeapi.Config) error {
	for from := 0; from < frameVisits; {
		to := min(from+10*framesAtOnce, frameVisits)
		if err := host.Eval(soon(host.t), nil, `
			const [config, topic, to, atOnce] = args
			let next = args[4]
			const visits = async () => { while (next < to) await visitInFrame(config, topic, 'frame ' + next++) }
			await Promise.all(Array.from({ length: atOnce }, visits))`,
			configured(cfg), crowd, to, framesAtOnce, from); err != nil {
			return fmt.Errorf("frames %d to %d: %w", from, to, err)
		}
		from = to
	}
	return nil
}

// visitByTabs opens tabs, some at once.
func visitByTabs(b *browser, cfg nodeapi.Config) error {
	names := make(chan string)
	errs := make([]error, tabsAtOnce)
	var visiting sync.WaitGroup
	for i := range errs {
		visiting.Go(func() {
			for name := range names {
				if errs[i] == nil {
					errs[i] = visitByTab(b, cfg, name)
				}
			}
		})
	}
	for i := range tabVisits {
		names <- fmt.Sprintf("tab %d", i)
	}
	close(names)
	visiting.Wait()
	return errors.Join(errs...)
}

func visitByTab(b *browser, cfg nodeapi.Config, name string) error {
	page, err := b.browser.NewTab(soon(b.t), b.url())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	err = page.Eval(soon(b.t), nil, "await visit(...args); numbers(heard[args[1]])", configured(cfg), crowd, name)
	return errors.Join(err, page.Close())
}
