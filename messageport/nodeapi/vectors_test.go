package nodeapi_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

var update = flag.Bool("update", false, "write testdata/types.json anew")

const vectorFile = "testdata/types.json"

// vector is one value of a wire type. Its JSON is that of the fields under
// their names on the wire, with {"$hex": "…"} for a byte string and {"$int":
// "…"} for an integer that a JavaScript number does not hold exactly.
type vector struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value any    `json:"value"`
	CBOR  string `json:"cbor"` // hex
}

var (
	cidV1 = cid.MustParse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")
	cidV0 = cid.MustParse("Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD")
	mtime = &nodeapi.Mtime{Secs: -1, Nsecs: 999_999_999}
)

var (
	pubsubMessage = nodeapi.PubSubMessage{
		From: "12D3KooW", Topic: "t", SequenceNumber: 1_700_000_000_000_000_000, Size: 5,
		Signature: []byte{1}, Key: []byte{2},
	}
	grants = nodeapi.Grants{
		ID: true, Read: true, List: true, Add: true, Pin: true, Files: true, Topics: []string{"a/"}, Rooms: []string{""},
		Protocols: []string{"/echo/1"}, Quota: 1 << 40, Rate: 2, MaxStreams: 3, Expires: 1_700_000_000_000,
	}
	streamOpened = nodeapi.StreamOpened{Peer: "12D3KooW", Protocol: "/echo/1", Addr: "/ip4/127.0.0.1/tcp/4001/ws"}
)

// samples has each wire type with all fields set, then what a field can be that
// such a value does not show.
var samples = []struct {
	name  string
	value any
}{
	{"full", nodeapi.Config{
		Durability: "strict", StorageMax: 1 << 40, StorageGCWatermark: 90, Network: "on",
		Bootstrap: []string{"/dnsaddr/example.com/p2p/12D3KooW"}, Relays: []string{"/ip4/127.0.0.1/tcp/1/ws/p2p/12D3KooW"},
		Swarm: []string{"/ip4/127.0.0.1/tcp/0/ws"}, Topics: []string{"a", "b*"},
		LowWater: 1, HighWater: 2, DNS: "https://dns.example/dns-query",
		DelegatedRouters: []string{"https://router.example"}, Gateways: []string{"https://gateway.example"},
	}},
	{"zero", nodeapi.Config{}},
	{"full", nodeapi.Hello{Config: nodeapi.Config{Durability: "relaxed"}, OnConflict: "join"}},
	{"zero", nodeapi.Hello{}},
	{"full", nodeapi.Welcome{PeerID: "12D3KooW", Config: nodeapi.Config{StorageMax: 1}, Grants: &grants}},
	{"no grants", nodeapi.Welcome{PeerID: "12D3KooW"}},
	{"full", nodeapi.ID{
		ID: "12D3KooW", PublicKey: "CAES", Addresses: []string{"/p2p-circuit"},
		AgentVersion: "sharednode/0.1.0", ProtocolVersion: "ipfs/0.1.0", Protocols: []string{"/ipfs/id/1.0.0"},
	}},
	{"full", nodeapi.IDRequest{Peer: "12D3KooW"}},
	{"full", nodeapi.Version{Version: "0.1.0", Commit: "abc", Repo: "1", System: "wasm/js", Golang: "go1.26"}},
	{"full", nodeapi.Worker{Kind: "shared", URL: "https://example.com/worker.js", Version: "0.1.0", Epoch: "e"}},
	{"full", nodeapi.Status{
		Worker: nodeapi.Worker{Kind: "native", Version: "0.1.0", Epoch: "e"}, Started: 1_700_000_000_000,
		Now: nodeapi.StatusSample{Time: 1_700_000_000_000, Memory: 1 << 33}, Topics: []string{"t"},
		Sessions: []nodeapi.SessionStatus{{ID: "1", Calls: []nodeapi.CallStatus{{Method: "cat"}}}},
	}},
	{"full", nodeapi.StatusSample{
		Time: 1, Memory: 2, Heap: 3, Goroutines: 4, Sessions: 5, Calls: 6, Received: 7, Sent: 8, Peers: 9,
		Blocks: 10, RepoSize: 11, Usage: 12, Quota: 13,
	}},
	{"full", nodeapi.SamplesRequest{Since: 1_700_000_000_000}},
	{"full", nodeapi.SampleList{Samples: []nodeapi.StatusSample{{Time: 1}}}},
	{"full", nodeapi.SessionStatus{
		ID: "1", Client: "c", Started: 1, Calls: []nodeapi.CallStatus{{Method: "cat"}}, Topics: []string{"t"},
		Rooms: []string{"r"}, Protocols: []string{"/echo/1"}, Received: 3, Sent: 4, Port: "p", Origin: "https://a.example",
	}},
	{"full", nodeapi.CallStatus{Method: "cat", Started: 1, Received: 2, Sent: 3}},
	{"config", nodeapi.NodeEvent{Config: &nodeapi.Config{Network: "on"}}},
	{"warning", nodeapi.NodeEvent{Warning: &nodeapi.Warning{Code: nodeapi.CodeStorageLow, Message: "m"}, Dropped: 2}},
	{"full", nodeapi.Warning{Code: nodeapi.CodeStorageLow, Message: "m", Details: map[string]any{"limit": uint64(1)}}},
	{"full", nodeapi.LogLine{Time: 1, Level: "warn", Subsystem: "node", Message: "m", Fields: []string{"err=x"}}},
	{"full", nodeapi.LogLevel{Subsystem: "*", Level: "debug"}},
	{"full", nodeapi.LogLevels{Levels: []nodeapi.LogLevel{{Subsystem: "node", Level: "info"}}}},
	{"full", nodeapi.LogTailRequest{Lines: 100, Follow: true}},
	{"full", nodeapi.AddOptions{
		Profile: "unixfs-v1-2025", Chunker: "size-262144", CidVersion: new(1), HashAlg: "sha2-256",
		RawLeaves: new(true), Trickle: true, OnlyHash: true, Pin: new(false), PinName: "n",
		WrapWithDirectory: true, Progress: true,
	}},
	{"set to zero", nodeapi.AddOptions{CidVersion: new(0), RawLeaves: new(false)}},
	{"full", nodeapi.FileHeader{Path: "a/b", Dir: true, Size: new(uint64(7)), Mode: new(uint32(0o644)), Mtime: mtime}},
	{"empty file", nodeapi.FileHeader{Size: new(uint64(0))}},
	{"largest size", nodeapi.FileHeader{Path: "ä", Size: new(^uint64(0))}},
	{"full", nodeapi.Mtime{Secs: 1 << 40, Nsecs: 1}},
	{"zero", nodeapi.Mtime{}},
	{"full", nodeapi.AddEvent{
		Added:    &nodeapi.Added{Path: "a", Cid: cidV1, Size: 11},
		Progress: &nodeapi.AddProgress{Path: "a", Bytes: 5},
	}},
	{"full", nodeapi.AddProgress{Path: "a", Bytes: 1 << 32}},
	{"full", nodeapi.Added{Path: "a", Cid: cidV0, Size: 1<<53 - 1, Mode: new(uint32(0)), Mtime: mtime}},
	{"full", nodeapi.PathRequest{Path: "/ipfs/" + cidV1.String() + "/a", Offline: true}},
	{"full", nodeapi.CatRequest{Path: "p", Offset: 1 << 53, Length: new(uint64(0)), Offline: true, Leaves: true}},
	{"path alone", nodeapi.CatRequest{Path: "p"}},
	{"full", nodeapi.Leaves{
		Database: "d", Store: "s", Leaves: []nodeapi.Leaf{{Key: []byte{1, 2}, Size: 1 << 20}}, Skip: 1, Length: 1 << 53, More: true,
	}},
	{"full", nodeapi.Leaf{Key: []byte{1, 2}, Size: 1 << 20}},
	{"full", nodeapi.GetRequest{Path: "p", Archive: true, Compress: true, CompressionLevel: new(-1), Offline: true}},
	{"full", nodeapi.Entry{Type: "file", Cid: cidV1, Name: "n", Path: "p/n", Size: 11, Mode: new(uint32(0o755)), Mtime: mtime}},
	{"full", nodeapi.FilesCopyRequest{
		From: []string{"/a", "/ipfs/" + cidV1.String()}, To: "/b/", Parents: true, Force: true, CidVersion: new(1),
		HashAlg: "sha2-512", Flush: new(false), Offline: true,
	}},
	{"full", nodeapi.FilesMkdirRequest{
		Path: "/a", Parents: true, Mode: new(uint32(0o755)), Mtime: mtime, CidVersion: new(0), HashAlg: "sha2-512",
		Flush: new(false),
	}},
	{"path alone", nodeapi.FilesMkdirRequest{Path: "/a"}},
	{"full", nodeapi.FilesStatRequest{Path: "/a", WithLocal: true, Offline: true}},
	{"full", nodeapi.FilesStat{
		Cid: cidV1, Size: 11, CumulativeSize: 1 << 53, Type: "file", Blocks: 2, WithLocality: true, Local: true,
		SizeLocal: 12, Mode: new(uint32(0o644)), Mtime: mtime,
	}},
	{"directory", nodeapi.FilesStat{Cid: cidV0, Type: "directory"}},
	{"full", nodeapi.FilesTouchRequest{Path: "/a", Mtime: mtime, Flush: new(true)}},
	{"full", nodeapi.FilesChmodRequest{Path: "/a", Mode: 0o1777, Flush: new(true)}},
	{"full", nodeapi.FilesRemoveRequest{Paths: []string{"/a", "/b"}, Recursive: true, Force: true, Flush: new(true)}},
	{"full", nodeapi.FilesReadRequest{Path: "/a", Offset: 1, Length: new(uint64(0)), Offline: true}},
	{"full", nodeapi.FilesWriteRequest{
		Path: "/a", Offset: 1 << 53, Length: new(uint64(2)), Create: true, Parents: true, Truncate: true,
		RawLeaves: new(false), Mode: new(uint32(0o600)), Mtime: mtime, CidVersion: new(1), HashAlg: "blake3",
		Flush: new(false),
	}},
	{"full", nodeapi.FilesMoveRequest{
		From: []string{"/a"}, To: "/b", Parents: true, CidVersion: new(1), HashAlg: "sha2-512", Flush: new(false),
	}},
	{"full", nodeapi.FilesFlushRequest{Path: "/"}},
	{"full", nodeapi.FilesListRequest{Path: "/", Long: new(false), Offline: true}},
	{"full", nodeapi.MFSEntry{Name: "a", Cid: cidV1, Type: "file", Size: 11, Mode: new(uint32(0o755)), Mtime: mtime}},
	{"name alone", nodeapi.MFSEntry{Name: "a", Cid: cidV0}},
	{"full", nodeapi.DAGPutOptions{
		InputCodec: "dag-json", StoreCodec: "dag-cbor", HashAlg: "sha2-512", CidVersion: new(1),
		Pin: true, OnlyHash: true,
	}},
	{"full", nodeapi.DAGResolved{Cid: cidV1, RemainderPath: "a/b"}},
	{"full", nodeapi.DAGStatRequest{Paths: []string{"p", "q"}, Offline: true}},
	{"full", nodeapi.DAGStat{
		UniqueBlocks: 3, TotalSize: 1 << 40, SharedSize: 5,
		DAGStats: []nodeapi.DAGRootStat{{Cid: cidV1, Size: 11, NumBlocks: 1}},
	}},
	{"full", nodeapi.DAGRootStat{Cid: cidV0, Size: 1 << 40, NumBlocks: 2}},
	{"full", nodeapi.DAGImportOptions{PinRoots: new(false)}},
	{"full", nodeapi.CARHeader{Name: "n.car"}},
	{"full", nodeapi.ImportedRoot{Cid: cidV1, PinErrorMsg: "m", Code: nodeapi.CodeNotFound}},
	{"pinned", nodeapi.ImportedRoot{Cid: cidV1}},
	{"full", nodeapi.DatastoreKey{Key: "/a/b"}},
	{"put", nodeapi.DatastoreChange{Key: "/a/b"}},
	{"full", nodeapi.DatastoreChange{Key: "/a/b", Delete: true}},
	{"full", nodeapi.DatastoreQuery{Prefix: "/a", KeysOnly: true}},
	{"full", nodeapi.DatastoreRecord{Key: "/a/b", Size: 4 << 20}},
	{"full", nodeapi.DAGImported{BlockCount: 3, BlockBytesCount: 1 << 40}},
	{"full", nodeapi.RefsRequest{
		Paths: []string{"p", "q"}, Recursive: true, Unique: true, Format: "<dst>", Edges: true, MaxDepth: new(-1),
		Offline: true,
	}},
	{"full", nodeapi.Ref{Ref: "r", Err: "m", Code: nodeapi.CodeNotFound}},
	{"full", nodeapi.ResolveRequest{Name: "/ipns/example.com/a", Recursive: new(false), CidBase: "base58btc", Offline: true}},
	{"full", nodeapi.DNSRequest{Domain: "example.com", Recursive: new(true)}},
	{"full", nodeapi.ResolvedPath{Path: "/ipfs/" + cidV1.String()}},
	{"full", nodeapi.CIDRequest{Cid: cidV1, Offline: true}},
	{"version 0", nodeapi.CIDRequest{Cid: cidV0}},
	{"full", nodeapi.CIDResult{Cid: cidV1}},
	{"full", nodeapi.CIDOutcome{Cid: cidV1, Code: nodeapi.CodePinned, Error: "it is pinned", Origin: "https://a.example"}},
	{"done", nodeapi.CIDOutcome{Cid: cidV1}},
	{"full", nodeapi.CIDList{Cids: []cid.Cid{cidV0, cidV1}}},
	{"full", nodeapi.BlockPutOptions{Format: "raw", HashAlg: "sha2-256", CidVersion: new(0), Pin: true, Cid: &cidV1}},
	{"zero", nodeapi.BlockPutOptions{}},
	{"full", nodeapi.BlockRemoveRequest{Cids: []cid.Cid{cidV0, cidV1}, Force: true, Quiet: true}},
	{"full", nodeapi.BlockStat{Cid: cidV1, Size: 11}},
	{"full", nodeapi.PinAddRequest{Path: "p", Recursive: new(false), Name: "n", Offline: true}},
	{"full", nodeapi.PinRemoveRequest{Path: "p", Recursive: new(true)}},
	{"full", nodeapi.PinListRequest{Paths: []string{"p", "q"}, Type: "all", Name: "n"}},
	{"full", nodeapi.Pin{Cid: cidV1, Type: "indirect", Name: "n", Via: &cidV0}},
	{"full", nodeapi.PinUpdateRequest{From: "p", To: "q", Unpin: new(false), Offline: true}},
	{"full", nodeapi.RepoGCRequest{Quiet: true}},
	{"full", nodeapi.RepoStat{
		NumObjects: 1, RepoSize: 2, StorageMax: 3, RepoPath: "sharednode:default", Version: "1", Usage: 4, Quota: 5,
	}},
	{"full", nodeapi.RepoVerified{Checked: 10, Bad: 1}},
	{"full", nodeapi.AddrRequest{Addr: "/p2p/12D3KooW"}},
	{"full", nodeapi.AddrList{Addrs: []string{"/ip4/127.0.0.1/tcp/4001/ws"}}},
	{"full", nodeapi.SwarmPeersRequest{Identify: true}},
	{"full", nodeapi.SwarmPeer{
		Peer: "12D3KooW", Addr: "/ip4/127.0.0.1/tcp/4001/ws", Direction: "inbound", Muxer: "/yamux/1.0.0",
		Latency: 1_500_000, Streams: []string{"/ipfs/bitswap/1.2.0"}, Limited: true,
		Identify: &nodeapi.ID{ID: "12D3KooW", Addresses: []string{}, Protocols: []string{}},
	}},
	{"full", nodeapi.BandwidthRequest{Peer: "12D3KooW", Proto: "/ipfs/bitswap/1.2.0", Poll: true, Interval: 500}},
	{"full", nodeapi.Bandwidth{TotalIn: 1 << 40, TotalOut: 2, RateIn: 3, RateOut: 4}},
	{"full", nodeapi.PeerAddrs{ID: "12D3KooW", Addrs: []string{"/ip4/127.0.0.1/tcp/4001/ws"}}},
	{"full", nodeapi.SwarmEvent{Type: "connect", Peer: "12D3KooW"}},
	{"full", nodeapi.PingRequest{Peer: "12D3KooW", Count: 3}},
	{"full", nodeapi.PingResult{Success: true, Time: 1_500_000, Text: "t"}},
	{"full", nodeapi.BitswapStat{
		Wantlist: []cid.Cid{cidV0, cidV1}, Peers: []string{"12D3KooW"}, BlocksReceived: 1, DataReceived: 2, BlocksSent: 3,
		DataSent: 4, DupBlksReceived: 5, DupDataReceived: 6, MessagesReceived: 7, MessagesDropped: 8,
	}},
	{"full", nodeapi.WantlistRequest{Peer: "12D3KooW"}},
	{"full", nodeapi.SubscribeRequest{Topic: "t", Queue: 16}},
	{"full", nodeapi.TopicRequest{Topic: "t"}},
	{"full", nodeapi.TopicList{Topics: []string{"t"}}},
	{"full", nodeapi.PeerList{Peers: []string{"12D3KooW"}}},
	{"full", nodeapi.PubSubEvent{Message: &pubsubMessage, Dropped: 2}},
	{"listening", nodeapi.PubSubEvent{}},
	{"full", pubsubMessage},
	{"full", nodeapi.RoomRequest{Topic: "t", Members: true}},
	{"full", nodeapi.RoomMember{Peer: "12D3KooW", Session: "s"}},
	{"full", nodeapi.RoomEvent{
		Type: "message", Room: 1, Member: nodeapi.RoomMember{Peer: "12D3KooW", Session: "s"}, Direct: true,
		SequenceNumber: 1 << 63, Size: 5, Dropped: 2,
	}},
	{"full", nodeapi.RoomSend{Room: 1, To: &nodeapi.RoomMember{Peer: "12D3KooW"}}},
	{"full", nodeapi.StreamRequest{Peer: "12D3KooW", Protocols: []string{"/echo/1", "/echo/2"}}},
	{"full", streamOpened},
	{"full", nodeapi.HandleRequest{Protocol: "/echo/1"}},
	{"full", nodeapi.StreamOffer{ID: 1, Stream: &streamOpened}},
	{"handled", nodeapi.StreamOffer{}},
	{"full", nodeapi.StreamAccept{ID: 1}},
	{"full", nodeapi.KeyGenRequest{Name: "k", Type: "rsa", Size: 2048, IPNSBase: "b58mh"}},
	{"full", nodeapi.KeyListRequest{IPNSBase: "base36"}},
	{"full", nodeapi.KeyRequest{Name: "k", IPNSBase: "base36"}},
	{"full", nodeapi.Key{ID: "k51", Name: "k"}},
	{"full", nodeapi.KeyRenameRequest{Name: "k", NewName: "l", Force: true, IPNSBase: "base36"}},
	{"full", nodeapi.KeyRenamed{ID: "k51", Was: "k", Now: "l", Overwrite: true}},
	{"full", nodeapi.KeyImportRequest{
		Name: "k", Key: []byte{8, 1}, Password: "p", Format: "libp2p-protobuf-cleartext", IPNSBase: "base36",
	}},
	{"full", nodeapi.KeyExportRequest{Name: "k", Password: "p", Format: "pem-pkcs8-encrypted"}},
	{"full", nodeapi.KeyExported{Key: []byte{8, 1}}},
	{"full", nodeapi.NamePublishRequest{
		Value: "/ipfs/" + cidV1.String(), Resolve: new(false), Lifetime: "48h", TTL: "5m", Key: "k", AllowOffline: true,
		IPNSBase: "base36",
	}},
	{"full", nodeapi.NamePublished{Name: "k51", Value: "/ipfs/" + cidV1.String()}},
	{"full", nodeapi.NameResolveRequest{Name: "k51", Recursive: new(false), NoCache: true, Offline: true}},
	{"full", nodeapi.NameResolved{Path: "/ipfs/" + cidV1.String()}},
	{"full", nodeapi.RoutingEvent{
		Name: "PROVIDER", Router: "https://router.example", Peers: []nodeapi.RoutedPeer{{ID: "12D3KooW"}}, Value: []byte{1},
		Error: &nodeapi.RoutingError{Code: nodeapi.CodeHTTPUnreachable, Message: "m"},
	}},
	{"full", nodeapi.RoutedPeer{
		ID: "12D3KooW", Multiaddrs: []string{"/ip4/127.0.0.1/tcp/4001/ws"}, Protocols: []string{"transport-bitswap"},
	}},
	{"full", nodeapi.RoutingError{Code: nodeapi.CodeHTTPRefused, Message: "m"}},
	{"full", nodeapi.FindProvidersRequest{Cid: cidV1, NumProviders: 3}},
	{"full", nodeapi.FindPeerRequest{Peer: "12D3KooW"}},
	{"full", nodeapi.RoutingGetRequest{Key: "/ipns/k51"}},
	{"full", nodeapi.RoutingPutRequest{Key: "/ipns/k51", AllowOffline: true}},
	{"full", nodeapi.ProvideRequest{Cids: []cid.Cid{cidV0, cidV1}, Recursive: true}},
	{"full", nodeapi.RemoteServiceAdd{Service: "s", Endpoint: "https://pins.example/api", Key: "token"}},
	{"full", nodeapi.RemoteServiceRequest{Service: "s"}},
	{"full", nodeapi.RemoteServiceList{Stat: true}},
	{"full", nodeapi.RemoteService{
		Service: "s", Endpoint: "https://pins.example/api", Stat: &nodeapi.RemoteServiceStat{Status: "valid"},
	}},
	{"full", nodeapi.RemoteServiceStat{
		Status: "valid", PinCount: &nodeapi.RemotePinCount{Pinned: 1}, Code: nodeapi.CodeUnauthorized, Error: "m",
	}},
	{"full", nodeapi.RemotePinCount{Queued: 1, Pinning: 2, Pinned: 3, Failed: 4}},
	{"full", nodeapi.RemotePinAdd{
		Cid: cidV1, Service: "s", Name: "n", Origins: []string{"/ip4/127.0.0.1/tcp/4001/ws"}, Background: true,
	}},
	{"full", nodeapi.RemotePinQuery{
		Service: "s", Cids: []cid.Cid{cidV1}, Name: "n", Status: []string{"queued", "pinned"}, All: true,
	}},
	{"full", nodeapi.RemotePin{Cid: cidV1, Name: "n", Status: "pinned"}},
	{"full", grants},
	{"nothing", nodeapi.Grants{}},
	{"full", nodeapi.PortRequest{Origin: "https://a.example", Grants: &grants, Detached: true}},
	{"nothing", nodeapi.PortRequest{Grants: &nodeapi.Grants{}}},
	{"full", nodeapi.PortSecret{Port: "p", Secret: []byte{1, 2}}},
	{"full", nodeapi.PortRevokeRequest{Port: "p"}},
	{"full", nodeapi.GrantsListRequest{Origin: "https://a.example", Revoked: true}},
	{"full", nodeapi.OriginGrants{Origin: "https://a.example", Grants: grants, Used: 1 << 40, Granted: 1_700_000_000_000}},
	{"full", nodeapi.GrantsSetRequest{Origin: "https://a.example", Grants: grants}},
	{"full", nodeapi.GrantsRevokeRequest{Origin: "https://a.example", Forget: true}},
	{"full", nodeapi.SourceWant{ID: 1, Cid: &cidV1}},
	{"serving", nodeapi.SourceWant{}},
	{"full", nodeapi.SourceAnswer{ID: 1, Cid: cidV1, Found: true}},
}

func TestVectors(t *testing.T) {
	encode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	vectors := make([]vector, 0, len(samples))
	for _, s := range samples {
		data, err := encode.Marshal(s.value)
		if err != nil {
			t.Fatalf("%T %s: %v", s.value, s.name, err)
		}
		typ := reflect.TypeOf(s.value)
		back := reflect.New(typ)
		if err := cbor.Unmarshal(data, back.Interface()); err != nil {
			t.Fatalf("%s %s: %v", typ.Name(), s.name, err)
		}
		if got := back.Elem().Interface(); !reflect.DeepEqual(got, s.value) {
			t.Errorf("%s %s: got %+v back; want %+v", typ.Name(), s.name, got, s.value)
		}
		var plain any
		if err := cbor.Unmarshal(data, &plain); err != nil {
			t.Fatal(err)
		}
		if s.name == "full" {
			checkAllSet(t, reflect.ValueOf(s.value))
		}
		vectors = append(vectors, vector{s.name, typ.Name(), asJSON(plain), hex.EncodeToString(data)})
	}
	compareWithFile(t, vectors)
}

// checkAllSet sees to it that a field added to a type is added to its sample.
func checkAllSet(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		if v.Field(i).IsZero() && v.Type().Field(i).Type != reflect.TypeFor[nodeapi.Config]() {
			t.Errorf("%s: the full sample leaves %s unset", v.Type(), v.Type().Field(i).Name)
		}
	}
}

func compareWithFile(t *testing.T, vectors []vector) {
	t.Helper()
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(vectors); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(vectorFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s differs from what the types encode to; a change of bytes needs a new protocol version "+
			"or a new field. Write it with -update", vectorFile)
	}
}

func asJSON(v any) any {
	switch v := v.(type) {
	case []byte:
		return map[string]any{"$hex": hex.EncodeToString(v)}
	case uint64:
		if v >= 1<<53 {
			return map[string]any{"$int": fmt.Sprint(v)}
		}
	case []any:
		for i := range v {
			v[i] = asJSON(v[i])
		}
	case map[any]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key.(string)] = asJSON(value)
		}
		return m
	}
	return v
}
