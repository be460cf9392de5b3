package server_test

import (
	"reflect"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestSwarm(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		events := f.call(conn, nodeapi.MethodSwarmEvents, nil, false)
		addr := nodeapi.AddrRequest{Addr: "/memory/2/p2p/somebody"}
		if err := conn.Invoke(f.Context(), nodeapi.MethodSwarmConnect, addr, nil); err != nil {
			f.Fatal(err)
		}
		connected := nodeapi.SwarmEvent{Type: nodeapi.SwarmConnected, Peer: "somebody"}
		if event := receiveItem[nodeapi.SwarmEvent](f, events); event != connected {
			f.Errorf("got %+v; want %+v", event, connected)
		}
		if event := receiveItem[nodeapi.SwarmEvent](f, f.call(f.dial(), nodeapi.MethodSwarmEvents, nil, false)); event != connected {
			f.Errorf("one who comes late: got %+v; want %+v", event, connected)
		}
		peer := receiveItem[nodeapi.SwarmPeer](f, f.call(conn, nodeapi.MethodSwarmPeers, nil, false))
		if peer.Peer != "somebody" || peer.Addr != "/memory/2" {
			f.Errorf("got %+v", peer)
		}
		addrs := receiveItem[nodeapi.PeerAddrs](f, f.call(conn, nodeapi.MethodSwarmAddrs, nil, false))
		if want := (nodeapi.PeerAddrs{ID: "somebody", Addrs: []string{"/memory/2"}}); !reflect.DeepEqual(addrs, want) {
			f.Errorf("got %+v; want %+v", addrs, want)
		}
		var local nodeapi.AddrList
		if err := conn.Invoke(f.Context(), nodeapi.MethodSwarmLocalAddrs, nil, &local); err != nil || len(local.Addrs) != 1 {
			f.Errorf("got %v, %v", local, err)
		}
		pings := f.call(conn, nodeapi.MethodPing, nodeapi.PingRequest{Peer: "somebody", Count: 2}, false)
		for range 2 {
			if result := receiveItem[nodeapi.PingResult](f, pings); !result.Success || result.Time == 0 {
				f.Errorf("got %+v", result)
			}
		}
		if err := pings.Result(nil); err != nil {
			f.Error(err)
		}
		if err := conn.Invoke(f.Context(), nodeapi.MethodSwarmDisconnect, addr, nil); err != nil {
			f.Fatal(err)
		}
		if event := receiveItem[nodeapi.SwarmEvent](f, events); event.Type != nodeapi.SwarmDisconnected {
			f.Errorf("got %+v; want a disconnect", event)
		}
		f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodPing, nodeapi.PingRequest{Peer: "somebody"}, nil), nodeapi.CodeNotConnected)
	})
}

func TestBitswap(t *testing.T) {
	run(t, func(f *fixture) {
		wanted := f.put([]byte("wanted")).Cid
		f.backend.Wants = map[string][]cid.Cid{"": {wanted}}
		conn := f.dial()
		var stat nodeapi.BitswapStat
		if err := conn.Invoke(f.Context(), nodeapi.MethodBitswapStat, nil, &stat); err != nil || len(stat.Wantlist) != 1 {
			f.Errorf("got %+v, %v", stat, err)
		}
		list := f.call(conn, nodeapi.MethodBitswapWantlist, nil, false)
		if got := receiveItem[nodeapi.CIDResult](f, list); got.Cid != wanted {
			f.Errorf("got %v; want %v", got, wanted)
		}
		if err := conn.Invoke(f.Context(), nodeapi.MethodBitswapWantlist, nodeapi.WantlistRequest{Peer: "p"}, nil); err != nil {
			f.Error(err)
		}
	})
}
