package client_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestSwarm(t *testing.T) {
	run(t, func(f *fixture) {
		const addr = "/memory/2/p2p/somebody"
		if err := f.Swarm().Connect(f.Context(), addr); err != nil {
			f.Fatal(err)
		}
		if peers, err := f.Swarm().Peers(f.Context(), nodeapi.SwarmPeersRequest{}); err != nil || len(peers) != 1 || peers[0].Peer != "somebody" {
			f.Errorf("Peers: got %+v, %v", peers, err)
		}
		identified := nodeapi.ID{ID: "somebody", AgentVersion: "a peer", Addresses: []string{}, Protocols: []string{}}
		peers, err := f.Swarm().Peers(f.Context(), nodeapi.SwarmPeersRequest{Identify: true})
		if err != nil || len(peers) != 1 || peers[0].Identify == nil || !reflect.DeepEqual(*peers[0].Identify, identified) {
			f.Errorf("Peers with what they tell: got %+v, %v; want %+v", peers, err, identified)
		}
		if id, err := f.Identify(f.Context(), "somebody"); err != nil || !reflect.DeepEqual(id, identified) {
			f.Errorf("Identify: got %+v, %v; want %+v", id, err, identified)
		}
		if id, err := f.Identify(f.Context(), f.PeerID()); err != nil || id.AgentVersion != "servertest" {
			f.Errorf("Identify of the node itself: got %+v, %v", id, err)
		}
		if addrs, err := f.Swarm().Addrs(f.Context()); err != nil || len(addrs) != 1 || !slices.Equal(addrs[0].Addrs, []string{"/memory/2"}) {
			f.Errorf("Addrs: got %+v, %v", addrs, err)
		}
		if addrs, err := f.Swarm().LocalAddrs(f.Context()); err != nil || len(addrs) != 1 {
			f.Errorf("LocalAddrs: got %q, %v", addrs, err)
		}
		pings := 0
		for result, err := range f.Ping(f.Context(), "somebody", client.PingOptions{Count: 3}) {
			if err != nil || !result.Success {
				f.Errorf("Ping: got %+v, %v", result, err)
			}
			pings++
		}
		if pings != 3 {
			f.Errorf("got %d pings; want 3", pings)
		}
		var types []string
		ctx, cancel := context.WithCancel(f.Context())
		for event, err := range f.Swarm().Events(ctx) {
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					f.Error(err)
				}
				break
			}
			types = append(types, event.Type)
			switch event.Type {
			case nodeapi.SwarmConnected:
				if err := f.Swarm().Disconnect(f.Context(), addr); err != nil {
					f.Error(err)
				}
			case nodeapi.SwarmDisconnected:
				cancel()
			}
		}
		cancel()
		if !slices.Equal(types, []string{nodeapi.SwarmConnected, nodeapi.SwarmDisconnected}) {
			f.Errorf("got events %q", types)
		}
		f.wantCode(f.Swarm().Disconnect(f.Context(), addr), nodeapi.CodeNotConnected)
		f.wantCode(f.Swarm().Connect(f.Context(), "nowhere"), nodeapi.CodeInvalidAddress)
	})
}

func TestBitswap(t *testing.T) {
	run(t, func(f *fixture) {
		stat, err := f.Block().Put(f.Context(), []byte("wanted"), nodeapi.BlockPutOptions{})
		if err != nil {
			f.Fatal(err)
		}
		f.backend.Wants = map[string][]cid.Cid{"": {stat.Cid}}
		if got, err := f.Bitswap().Stat(f.Context()); err != nil || !slices.Equal(got.Wantlist, []cid.Cid{stat.Cid}) {
			f.Errorf("Stat: got %+v, %v", got, err)
		}
		if got, err := f.Bitswap().Wantlist(f.Context(), ""); err != nil || !slices.Equal(got, []cid.Cid{stat.Cid}) {
			f.Errorf("Wantlist: got %v, %v", got, err)
		}
		if got, err := f.Bitswap().Wantlist(f.Context(), "somebody"); err != nil || len(got) != 0 {
			f.Errorf("Wantlist of a peer: got %v, %v", got, err)
		}
	})
}

// Every read can be told by its context to look in the repo alone.
func TestOfflineContext(t *testing.T) {
	run(t, func(f *fixture) {
		var asked []string
		f.backend.Hook = func(ctx context.Context, method string) error {
			if nodeapi.IsOffline(ctx) {
				asked = append(asked, method)
			}
			return errors.New("asked")
		}
		path, c := "bafkqaaa", cid.MustParse("bafkqaaa")
		reads := func(ctx context.Context) {
			if r, err := f.Cat(ctx, path, client.CatOptions{}); err == nil {
				_, _ = r.Read(make([]byte, 1))
				_ = r.Close()
			}
			if r, err := f.Get(ctx, path, client.GetOptions{}); err == nil {
				_, _ = r.Read(make([]byte, 1))
				_ = r.Close()
			}
			for range f.List(ctx, path) {
			}
			_, _, _ = f.DAG().Get(ctx, path)
			_, _ = f.DAG().Resolve(ctx, path)
			_, _ = f.Block().Get(ctx, c)
			_, _ = f.Block().Stat(ctx, c)
			_, _ = f.Pin().Add(ctx, path, client.PinAddOptions{})
		}
		if reads(f.Context()); len(asked) != 0 {
			f.Errorf("%q were asked of the repo alone", asked)
		}
		reads(nodeapi.WithOffline(f.Context()))
		want := []string{
			nodeapi.MethodCat, nodeapi.MethodGet, nodeapi.MethodList, nodeapi.MethodDAGResolve, nodeapi.MethodDAGResolve,
			nodeapi.MethodBlockGet, nodeapi.MethodBlockStat, nodeapi.MethodPinAdd,
		}
		if !slices.Equal(asked, want) {
			f.Errorf("of the repo alone were asked %q; want %q", asked, want)
		}
	})
}
