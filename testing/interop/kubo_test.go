package interop

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// TestKubo has Kubo as the node's peer.
func TestKubo(t *testing.T) {
	k := kubo{startKubo(t), t}
	node := newSubject(t, nodeapi.Config{Bootstrap: []string{k.WS}})
	testKuboFiles(t, k, node)
	testKuboDirectories(t, k, node)
	testKuboCBOR(k, node)
	testKuboTopics(t, k, node)
}

// A kubo is a peers.Kubo that fails the test for what it cannot do.
type kubo struct {
	*peers.Kubo

	t *testing.T
}

// line runs an ipfs command and returns the last line of what it prints.
func (k kubo) line(stdin []byte, args ...string) string {
	k.t.Helper()
	line, err := k.Line(soon(k.t), bytes.NewReader(stdin), args...)
	if err != nil {
		k.t.Fatal(err)
	}
	return line
}

// testKuboFiles has a file of 64 MiB go each way.
func testKuboFiles(t *testing.T, k kubo, node subject) {
	const size = 64 << 20
	cid := k.line(random(size, 1), "add", "--quieter")
	start := time.Now()
	node.CheckRandom(cid, size, 1)
	t.Logf("from Kubo: %.0f MB/s", size/1e6/time.Since(start).Seconds())

	cid = node.AddRandom(size, 2)
	start = time.Now()
	got, err := k.Run(soon(t), nil, "cat", cid)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("to Kubo: %.0f MB/s", size/1e6/time.Since(start).Seconds())
	if !bytes.Equal(got, random(size, 2)) {
		t.Errorf("Kubo got %d bytes that are not the file's", len(got))
	}
}

func testKuboDirectories(t *testing.T, k kubo, node subject) {
	files := map[string]string{"a.txt": "a", "b/c.txt": "c in b", "b/d/é.txt": "ü", "e": ""}
	theirs := filepath.Join(t.TempDir(), "dir")
	writeFiles(t, theirs, files)
	if got := node.ReadFiles(k.line(nil, "add", "-r", "--quieter", theirs)); !maps.Equal(got, files) {
		t.Errorf("a directory of Kubo's: got %v; want %v", got, files)
	}

	files["f"] = "that Kubo does not have"
	ours := filepath.Join(t.TempDir(), "dir")
	k.line(nil, "get", "--output="+ours, node.AddFiles(files))
	if got := readFiles(t, ours); !maps.Equal(got, files) {
		t.Errorf("a directory of ours: Kubo got %v; want %v", got, files)
	}
}

func testKuboCBOR(k kubo, node subject) {
	k.t.Helper()
	leaf := k.line([]byte(`{"name": "leaf"}`), "dag", "put")
	root := k.line([]byte(`{"name": "root", "links": [{"/": "`+leaf+`"}]}`), "dag", "put")
	if got := node.GetCBOR(root + "/links/0/name"); got != "leaf" {
		k.t.Errorf("got %q; want the name of Kubo's leaf", got)
	}

	root = node.PutCBOR("our root", node.PutCBOR("our leaf", leaf))
	if got := k.line(nil, "dag", "get", root+"/links/0/name"); got != `"our leaf"` {
		k.t.Errorf("Kubo got %s; want the name of our leaf", got)
	}
}

// testKuboTopics has messages of a topic go both ways.
func testKuboTopics(t *testing.T, kubo kubo, node subject) {
	const topic = "interop/topic"
	ctx, cancel := context.WithCancel(soon(t))
	defer cancel()
	messages, err := kubo.Subscribe(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	node.Subscribe(topic)
	eventually(t, "Kubo knows that the node listens", func() bool {
		listening, err := kubo.Run(ctx, nil, "pubsub", "peers", topic)
		return err == nil && strings.Contains(string(listening), node.ID())
	})

	data := random(1000, 3) // of all values, newlines and invalid UTF-8 among them
	if _, err := kubo.Run(ctx, bytes.NewReader(data), "pubsub", "pub", topic); err != nil {
		t.Fatal(err)
	}
	await(t, node, peers.Event{Event: "message", Topic: topic, From: kubo.ID, Data: data})

	for i := range 3 {
		node.Publish(topic, data[i:])
		select {
		case m := <-messages:
			// Kubo tells its own as well.
			if m.From == kubo.ID {
				m = <-messages
			}
			if m.From != node.ID() || !bytes.Equal(m.Data, data[i:]) {
				t.Errorf("Kubo got %d bytes from %s; want %d from %s", len(m.Data), m.From, len(data)-i, node.ID())
			}
		case <-ctx.Done():
			t.Fatalf("Kubo did not get message %d", i)
		}
	}
}

// TestKuboAsRelay has others reach the node through Kubo.
func TestKuboAsRelay(t *testing.T) {
	kubo := startKubo(t)
	js := startScript(t, peers.Gossip)
	node := newSubject(t, nodeapi.Config{Relays: []string{kubo.WS}})
	node.Echo("/interop/echo")
	circuit := "/p2p/" + kubo.ID + "/p2p-circuit"
	eventually(t, "the node has an address at the relay", func() bool {
		return strings.Contains(strings.Join(node.LocalAddrs(), " "), circuit)
	})

	js.do(nil, "dial", map[string]any{"addr": kubo.TCP + "/p2p-circuit/p2p/" + node.ID()})
	var connections []struct{ Peer, Addr string }
	js.do(&connections, "connections", nil)
	through := false
	for _, c := range connections {
		through = through || c.Peer == node.ID() && strings.Contains(c.Addr, circuit)
	}
	if !through {
		t.Errorf("js-libp2p is connected by %v; want it through the relay", connections)
	}
	data, back := random(100_000, 4), []byte(nil)
	js.do(&back, "talk", map[string]any{"peer": node.ID(), "protocol": "/interop/echo", "data": data})
	if !bytes.Equal(back, data) {
		t.Errorf("%d bytes came back of %d", len(back), len(data))
	}
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for path, content := range files {
		name := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// readFiles returns the content of all files in a directory by their paths.
func readFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		path, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(path)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
