package server_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

// badWishes has values that no node can have, by field.
var badWishes = map[string][]any{
	"durability":         {"lax", 1, []string{"strict"}},
	"storageMax":         {-1, "1GB", 1.5},
	"storageGCWatermark": {101, uint64(math.MaxUint64), -1},
	"network":            {"off", true},
	"bootstrap":          {"/ip4/127.0.0.1", []string{""}, []string{strings.Repeat("a", 3000)}, many(1025), []any{1}},
	"relays":             {"/ip4/127.0.0.1", []string{""}, []string{strings.Repeat("a", 3000)}, many(1025), []any{1}},
	"swarm":              {"/ip4/127.0.0.1", []string{""}, []string{strings.Repeat("a", 3000)}, many(1025), []any{1}},
	"delegatedRouters":   {"https://a.example", []string{""}, []string{strings.Repeat("a", 3000)}, many(1025), []any{1}},
	"gateways":           {"https://a.example", []string{""}, []string{strings.Repeat("a", 3000)}, many(1025), []any{1}},
	"topics":             {"a", []string{""}, []string{strings.Repeat("a", 1100)}, many(1025), []any{1}},
	"lowWater":           {1<<16 + 1, 90, -1, "1"},
	"highWater":          {1<<16 + 1, uint64(math.MaxUint64), -1, "1"},
	"dns":                {"cloudflare-dns.com", "ftp://a.example/", "https://", "https://a/" + strings.Repeat("a", 3000), "\x00", 1},
}

func many(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("/memory/1/p2p/", i)
	}
	return list
}

// A bad value is the error of the client that sent it, which names the field; it
// never comes as far as a boot that others wait for.
func TestBadWishes(t *testing.T) {
	for field := range reflect.TypeFor[nodeapi.Config]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("cbor"), ",")
		if len(badWishes[name]) == 0 {
			t.Errorf("there is no bad value of %s to try", name)
		}
		for _, value := range badWishes[name] {
			t.Run(fmt.Sprintf("%s %.20v", name, value), func(t *testing.T) {
				opened := false
				cfg := server.Config{Open: func(context.Context, nodeapi.Config) (server.Backend, error) {
					opened = true
					return nil, errors.New("opened")
				}}
				runWith(t, cfg, func(f *fixture) {
					wish := map[string]any{"config": map[string]any{name: value, "highWater": 80}, "onConflict": "join"}
					if name == "highWater" {
						wish["config"] = map[string]any{name: value}
					}
					_, err := f.tryDial(hello(f, wish))
					e := f.wantCode(err, nodeapi.CodeInvalidOption)
					if e.Details["option"] != name || !strings.Contains(e.Message, name) {
						f.Errorf("got %q with details %v; want option %s", e.Message, e.Details, name)
					}
				})
				if opened {
					t.Error("the backend was opened for it")
				}
			})
		}
	}
}

// runningConfig has every field.
var runningConfig = nodeapi.Config{
	Durability: nodeapi.DurabilityRelaxed, StorageMax: 1 << 30, StorageGCWatermark: 90, Network: nodeapi.NetworkOn,
	Bootstrap: []string{"/memory/1/p2p/a"}, Relays: []string{"/memory/1/p2p/b"}, Swarm: []string{"/memory/1/p2p/b/p2p-circuit"},
	Topics: []string{"a"}, LowWater: 32, HighWater: 96, DNS: "https://a.example/dns-query",
	DelegatedRouters: []string{"https://a.example"}, Gateways: []string{"https://a.example"},
}

// otherConfig differs from that in every field.
var otherConfig = nodeapi.Config{
	Durability: nodeapi.DurabilityStrict, StorageMax: 1 << 31, StorageGCWatermark: 80, Network: nodeapi.NetworkOffline,
	Bootstrap: []string{"/memory/1/p2p/c"}, Relays: []string{"/memory/1/p2p/d"}, Swarm: []string{"/memory/1/p2p/d/p2p-circuit"},
	Topics: []string{"b*"}, LowWater: 16, HighWater: 48, DNS: "https://b.example/dns-query",
	DelegatedRouters: []string{"https://b.example"}, Gateways: []string{"https://b.example"},
}

// Each field alone: one that is the node's is a conflict, told with both values,
// or with "join" what it is; one that is a list grows, for those too who are there.
func TestEachFieldOfAWish(t *testing.T) {
	running, other := reflect.ValueOf(runningConfig), reflect.ValueOf(otherConfig)
	for field := range reflect.TypeFor[nodeapi.Config]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("cbor"), ",")
		have, wanted := running.FieldByIndex(field.Index), other.FieldByIndex(field.Index)
		var wish nodeapi.Config
		reflect.ValueOf(&wish).Elem().FieldByIndex(field.Index).Set(wanted)
		t.Run(name, func(t *testing.T) {
			run(t, func(f *fixture) {
				f.backend.Settings = runningConfig
				first, _ := f.events(f.dial())
				conn, err := f.tryDial(hello(f, nodeapi.Hello{Config: wish}))
				if field.Type.Kind() == reflect.Slice {
					if err != nil {
						f.Fatal(err)
					}
					event := receiveItem[nodeapi.NodeEvent](f, first)
					want := slices.Concat(have.Interface().([]string), wanted.Interface().([]string))
					if got := reflect.ValueOf(*event.Config).FieldByIndex(field.Index).Interface(); !reflect.DeepEqual(got, want) {
						f.Errorf("the first client is told of %v; want %v", got, want)
					}
					if got := configOf(f, conn); !reflect.DeepEqual(got, *event.Config) {
						f.Errorf("the second is told of %v; want the same", got)
					}
					return
				}
				e := f.wantCode(err, nodeapi.CodeConfigConflict)
				both := map[string]any{"wanted": wanted.Interface(), "running": have.Interface()}
				if want := map[string]any{"fields": map[string]any{name: both}}; !reflect.DeepEqual(e.Details, want) {
					f.Errorf("got details %v; want %v", e.Details, want)
				}
				if conn, err = f.tryDial(hello(f, nodeapi.Hello{Config: wish, OnConflict: "join"})); err != nil {
					f.Fatal(err)
				}
				if got := configOf(f, conn); !reflect.DeepEqual(got, runningConfig) {
					f.Errorf("who joins is told of %v; want what is running", got)
				}
			})
		})
	}
}

func configOf(f *fixture, conn *messageport.ClientConn) nodeapi.Config {
	f.Helper()
	var welcome nodeapi.Welcome
	if err := messageport.Unmarshal(conn.Welcome().App, &welcome); err != nil {
		f.Fatal(err)
	}
	return welcome.Config
}

// However many clients come and go, a list stays bounded.
func TestListsStayBounded(t *testing.T) {
	run(t, func(f *fixture) {
		ask := func(topics ...string) error {
			_, err := f.tryDial(hello(f, nodeapi.Hello{Config: nodeapi.Config{Topics: topics}}))
			return err
		}
		topics := many(1024)
		f.backend.Settings.Topics = topics[:1]
		if err := ask(topics...); err != nil {
			f.Fatal(err)
		}
		e := f.wantCode(ask("one more"), nodeapi.CodeInvalidOption)
		if e.Details["option"] != "topics" {
			f.Errorf("got details %v; want the list", e.Details)
		}
		if err := ask(topics[5]); err != nil {
			f.Errorf("what is there already: %v", err)
		}
	})
}
