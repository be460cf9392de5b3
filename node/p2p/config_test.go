//go:build !js

package p2p_test

import (
	"fmt"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

func TestWaters(t *testing.T) {
	for _, test := range []struct{ low, high, wantLow, wantHigh int }{
		{0, 0, p2p.DefaultLowWater, p2p.DefaultHighWater},
		{0, 10, 10, 10},
		{200, 0, 200, 200},
		{5, 7, 5, 7},
	} {
		running := newNetwork(t, p2p.Config{DialOnly: true, LowWater: test.low, HighWater: test.high}).Config()
		if running.LowWater != test.wantLow || running.HighWater != test.wantHigh {
			t.Errorf("low %d, high %d: got %d and %d; want %d and %d",
				test.low, test.high, running.LowWater, running.HighWater, test.wantLow, test.wantHigh)
		}
	}
	for _, cfg := range []p2p.Config{
		{LowWater: 8, HighWater: 7},
		{LowWater: -1},
	} {
		cfg.Key = newKey(t)
		if _, err := p2p.New(t.Context(), cfg); nodeapi.CodeOf(err) != nodeapi.CodeInvalidOption {
			t.Errorf("low %d, high %d: got error %v; want %q", cfg.LowWater, cfg.HighWater, err, nodeapi.CodeInvalidOption)
		}
	}
}

func TestImpossibleConfigs(t *testing.T) {
	if _, err := p2p.New(t.Context(), p2p.Config{}); err == nil {
		t.Error("without a key there was no error")
	}
	if _, err := p2p.New(t.Context(), p2p.Config{Key: newKey(t), DialOnly: true, RelayService: true}); err == nil {
		t.Error("a relay that only dials was no error")
	}
}

// Lists that cannot be used in full add nothing.
func TestExtendRefuses(t *testing.T) {
	taken := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0"))
	n := newNetwork(t, p2p.Config{})
	peer, id := address(t, taken, "/tcp"), taken.Host().ID().String()
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprintf("/ip4/127.0.0.1/tcp/%d/p2p/%s", i+1, id)
	}
	for name, test := range map[string]struct {
		lists p2p.Lists
		code  nodeapi.Code
	}{
		"a port that is taken": {
			p2p.Lists{Listen: []string{"/ip4/127.0.0.1/tcp/0", taken.Host().Addrs()[0].String()}}, nodeapi.CodeInvalidAddress,
		},
		"nothing but an id":  {p2p.Lists{Bootstrap: []string{"/p2p/" + id}}, nodeapi.CodeInvalidAddress},
		"a relay's relay":    {p2p.Lists{Listen: []string{peer + "/p2p-circuit/p2p/" + id}}, nodeapi.CodeInvalidAddress},
		"no transport":       {p2p.Lists{Listen: []string{"/ip4/127.0.0.1/udp/0/webrtc-direct"}}, nodeapi.CodeUndialableAddress},
		"no relay's address": {p2p.Lists{Listen: []string{"/p2p-circuit"}}, nodeapi.CodeInvalidAddress},
		"too many":           {p2p.Lists{Bootstrap: many}, nodeapi.CodeInvalidOption},
	} {
		err := n.Extend(t.Context(), test.lists)
		if nodeapi.CodeOf(err) != test.code {
			t.Errorf("%s: got error %v; want %q", name, err, test.code)
		}
	}
	if running := n.Config(); len(running.Bootstrap)+len(running.Relays)+len(running.Listen)+len(n.Host().Addrs()) > 0 {
		t.Errorf("got lists %+v and addresses %v; want none", running.Lists, n.Host().Addrs())
	}
}
