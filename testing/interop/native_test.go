package interop

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/ipld/go-ipld-prime/codec/dagcbor"
	"github.com/ipld/go-ipld-prime/datamodel"
	"github.com/ipld/go-ipld-prime/fluent/qp"
	cidlink "github.com/ipld/go-ipld-prime/linking/cid"
	"github.com/ipld/go-ipld-prime/node/basicnode"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server"
)

// A native is a node in this process, with the transports of a browser.
type native struct {
	log

	t     *testing.T
	node  *node.Node
	rooms map[string]server.Room
}

var _ subject = (*native)(nil)

func newNative(t *testing.T, cfg nodeapi.Config) *native {
	t.Helper()
	return startNative(t, node.Config{
		Network: cfg.Network, Bootstrap: cfg.Bootstrap, Relays: cfg.Relays, DialOnly: true,
	})
}

// startNative starts a node over an empty store in memory.
func startNative(t *testing.T, cfg node.Config) *native {
	t.Helper()
	store := blockstore.NewMemory()
	cfg.Network, cfg.Blockstore, cfg.Datastore = nodeapi.NetworkOn, store.Blocks(), store.Datastore()
	n, err := node.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("closing the node: %v", err)
		}
	})
	return &native{t: t, node: n, rooms: map[string]server.Room{}}
}

// must fails the test for an error.
func (n *native) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *native) ID() string {
	id, err := n.node.ID(n.t.Context())
	n.must(err)
	return id.ID
}

func (n *native) LocalAddrs() []string {
	addrs, err := n.node.SwarmLocalAddrs(n.t.Context())
	n.must(err)
	return addrs
}

func (n *native) Peers() (ids []string) {
	connections, err := n.node.SwarmPeers(n.t.Context(), nodeapi.SwarmPeersRequest{})
	n.must(err)
	for _, c := range connections {
		ids = append(ids, c.Peer)
	}
	return ids
}

func (n *native) Connect(addr string) {
	n.t.Helper()
	n.must(n.node.SwarmConnect(soon(n.t), addr))
}

func (n *native) AddRandom(size, seed int) string {
	n.t.Helper()
	return n.add(nodeapi.AddOptions{}, nodeapi.AddEntry{Content: bytes.NewReader(random(size, seed))})
}

func (n *native) AddFiles(files map[string]string) string {
	n.t.Helper()
	var entries []nodeapi.AddEntry
	for path, content := range files {
		entries = append(entries, nodeapi.AddEntry{
			FileHeader: nodeapi.FileHeader{Path: path}, Content: strings.NewReader(content),
		})
	}
	return n.add(nodeapi.AddOptions{WrapWithDirectory: true}, entries...)
}

// add adds entries and returns the CID of the last, the root.
func (n *native) add(opts nodeapi.AddOptions, entries ...nodeapi.AddEntry) (root string) {
	n.t.Helper()
	var source iter.Seq2[nodeapi.AddEntry, error] = func(yield func(nodeapi.AddEntry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
	for added, err := range n.node.Add(soon(n.t), source, opts) {
		n.must(err)
		root = added.Added.Cid.String() // there is no progress unless asked for
	}
	return root
}

func (n *native) CheckRandom(cid string, size, seed int) {
	n.t.Helper()
	if got := n.cat(cid); !bytes.Equal(got, random(size, seed)) {
		n.t.Errorf("%s: %d bytes that are not the file's %d", cid, len(got), size)
	}
}

func (n *native) cat(path string) []byte {
	n.t.Helper()
	r, err := n.node.Cat(soon(n.t), nodeapi.CatRequest{Path: path})
	n.must(err)
	defer r.Close()
	data, err := io.ReadAll(r)
	n.must(err)
	return data
}

func (n *native) ReadFiles(cid string) map[string]string {
	n.t.Helper()
	files := map[string]string{}
	for entry, err := range n.node.List(soon(n.t), cid) {
		n.must(err)
		if entry.Type != "dir" {
			files[entry.Name] = string(n.cat(cid + "/" + entry.Name))
			continue
		}
		for path, content := range n.ReadFiles(entry.Cid.String()) {
			files[entry.Name+"/"+path] = content
		}
	}
	return files
}

func (n *native) PutCBOR(name, link string) string {
	n.t.Helper()
	target, err := cid.Decode(link)
	n.must(err)
	value, err := qp.BuildMap(basicnode.Prototype.Any, 2, func(m datamodel.MapAssembler) {
		qp.MapEntry(m, "name", qp.String(name))
		qp.MapEntry(m, "links", qp.List(1, func(l datamodel.ListAssembler) {
			qp.ListEntry(l, qp.Link(cidlink.Link{Cid: target}))
		}))
	})
	n.must(err)
	var encoded bytes.Buffer
	n.must(dagcbor.Encode(value, &encoded))
	c, err := n.node.DAGPut(soon(n.t), encoded.Bytes(), nodeapi.DAGPutOptions{})
	n.must(err)
	return c.String()
}

func (n *native) GetCBOR(path string) string {
	n.t.Helper()
	resolved, err := n.node.DAGResolve(soon(n.t), path)
	n.must(err)
	data, err := n.node.BlockGet(soon(n.t), resolved.Cid)
	n.must(err)
	builder := basicnode.Prototype.Any.NewBuilder()
	n.must(dagcbor.Decode(builder, bytes.NewReader(data)))
	value := builder.Build()
	for _, name := range strings.FieldsFunc(resolved.RemainderPath, func(r rune) bool { return r == '/' }) {
		value, err = value.LookupByString(name)
		n.must(err)
	}
	name, err := value.AsString()
	n.must(err)
	return name
}

func (n *native) Subscribe(topic string) {
	n.t.Helper()
	sub, err := n.node.Subscribe(soon(n.t), nodeapi.SubscribeRequest{Topic: topic})
	n.must(err)
	_, err = sub.Next(soon(n.t)) // that it listens
	n.must(err)
	n.follow(sub.Close, func(ctx context.Context) error {
		d, err := sub.Next(ctx)
		if err == nil && d.Message != nil {
			n.tell("message", topic, d.Message.From, d.Data, false)
		}
		return err
	})
}

func (n *native) Publish(topic string, data []byte) {
	n.t.Helper()
	n.must(n.node.Publish(soon(n.t), topic, data))
}

func (n *native) Join(topic string) {
	n.t.Helper()
	room, err := n.node.JoinRoom(soon(n.t), nodeapi.RoomRequest{Topic: topic})
	n.must(err)
	n.rooms[topic] = room
	n.follow(room.Close, func(ctx context.Context) error {
		d, err := room.Next(ctx)
		if err == nil {
			n.tell(d.Type, topic, d.Member.Peer, d.Data, d.Direct)
		}
		return err
	})
}

func (n *native) Leave(topic string) {
	n.t.Helper()
	n.must(n.rooms[topic].Close())
}

func (n *native) Broadcast(topic, text string) {
	n.t.Helper()
	n.must(n.rooms[topic].Send(soon(n.t), nil, []byte(text)))
}

func (n *native) SendTo(topic, peer, text string) {
	n.t.Helper()
	n.must(n.rooms[topic].Send(soon(n.t), &nodeapi.RoomMember{Peer: peer}, []byte(text)))
}

// follow calls next until it fails, or the test ends and close is called.
func (n *native) follow(closeIt func() error, next func(context.Context) error) {
	var following sync.WaitGroup
	following.Go(func() {
		for next(context.Background()) == nil {
		}
	})
	n.t.Cleanup(func() {
		_ = closeIt() // which the test may have done itself
		following.Wait()
	})
}

func (n *native) Talk(peer, protocol string, data []byte) (back []byte, code nodeapi.Code) {
	n.t.Helper()
	back, err := n.talk(nodeapi.StreamRequest{Peer: peer, Protocols: []string{protocol}}, data)
	var coded *nodeapi.Error
	if errors.As(err, &coded) {
		return nil, coded.Code
	}
	n.must(err)
	return back, ""
}

func (n *native) talk(req nodeapi.StreamRequest, data []byte) ([]byte, error) {
	s, err := n.node.DialProtocol(soon(n.t), req)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	written := make(chan error, 1)
	go func() {
		_, err := s.Write(data)
		written <- errors.Join(err, s.CloseWrite())
	}()
	back, err := io.ReadAll(s)
	return back, errors.Join(err, <-written)
}

func (n *native) Echo(protocol string) {
	n.handle(protocol, func(s server.Stream) {
		_, err := io.Copy(s, s)
		if errors.Join(err, s.Close()) != nil {
			_ = s.Reset() // the other end sees it
		}
	})
}

func (n *native) ResetAfterByte(protocol string) {
	n.handle(protocol, func(s server.Stream) {
		_, _ = s.Read(make([]byte, 1)) // whatever comes of it
		_ = s.Reset()
	})
}

func (n *native) handle(protocol string, handler func(server.Stream)) {
	n.t.Helper()
	remove, err := n.node.HandleProtocol(protocol, handler)
	n.must(err)
	n.t.Cleanup(remove)
}
