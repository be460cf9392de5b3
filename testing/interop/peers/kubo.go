package peers

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// KuboVariable is the environment variable that names the ipfs binary.
const KuboVariable = "SHAREDNODE_KUBO"

// Kubo is a daemon over a repo of its own. It knows no peers, is found by none
// but those that are told its address, and is a relay for them.
type Kubo struct {
	// ID is its peer id.
	ID string
	// WS and TCP are its addresses, with its peer id. They stay the same when it
	// is started again.
	WS, TCP string

	binary, repo string
	daemon       *exec.Cmd
	said         bytes.Buffer // by the daemon; not read while it runs
}

// StartKubo starts a daemon whose repo is in the empty directory repo, with a
// configuration that edits change, as it is in JSON. ctx bounds the start alone.
func StartKubo(ctx context.Context, repo string, edits ...func(config map[string]any)) (*Kubo, error) {
	k := &Kubo{binary: os.Getenv(KuboVariable), repo: repo}
	if k.binary == "" {
		return nil, errors.New("peers: " + KuboVariable + " does not name an ipfs binary")
	}
	if _, err := k.Run(ctx, nil, "init", "--profile=test,unixfs-v1-2025"); err != nil {
		return nil, err
	}
	if err := k.configure(edits); err != nil {
		return nil, fmt.Errorf("peers: Kubo's configuration: %w", err)
	}
	if err := k.Start(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

// configure gives Kubo's configuration what the profile "test" does not.
func (k *Kubo) configure(edits []func(map[string]any)) error {
	file := filepath.Join(k.repo, "config")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var config struct {
		Identity struct{ PeerID string }
	}
	fields := map[string]any{}
	if err := errors.Join(json.Unmarshal(text, &config), json.Unmarshal(text, &fields)); err != nil {
		return err
	}
	tcp, ws, err := freePorts()
	if err != nil {
		return err
	}
	k.ID = config.Identity.PeerID
	k.TCP, k.WS = fmt.Sprintf("%s/p2p/%s", tcp, k.ID), fmt.Sprintf("%s/ws/p2p/%s", ws, k.ID)
	section(fields, "Addresses")["Swarm"] = []string{tcp, ws + "/ws"}
	section(fields, "Routing")["Type"] = "none"
	swarm := section(fields, "Swarm")
	swarm["RelayService"] = map[string]any{"Enabled": true, "ConnectionDataLimit": 1 << 30, "ConnectionDurationLimit": "10m"}
	// A relay serves nobody before it believes that it is reachable.
	section(fields, "Internal")["Libp2pForceReachability"] = "public"
	for _, edit := range edits {
		edit(fields)
	}
	if text, err = json.Marshal(fields); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// InDHT has Kubo take part in a DHT with others on this machine, and answer as a
// delegated router. It is an edit of StartKubo.
func InDHT(config map[string]any) {
	routing := section(config, "Routing")
	routing["Type"], routing["LoopbackAddressesOnLanDHT"] = "dhtserver", true
	section(config, "Gateway")["ExposeRoutingAPI"] = true
}

// Gateway returns the URL of the daemon's gateway.
func (k *Kubo) Gateway() (string, error) {
	url, err := os.ReadFile(filepath.Join(k.repo, "gateway"))
	return strings.TrimSpace(string(url)), err
}

// section returns a section of a configuration, made if it is not there.
func section(fields map[string]any, name string) map[string]any {
	s, ok := fields[name].(map[string]any)
	if !ok {
		s = map[string]any{}
		fields[name] = s
	}
	return s
}

// freePorts returns two addresses that nobody listens on now.
func freePorts() (a, b string, err error) {
	var addrs [2]string
	for i := range addrs {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return "", "", err
		}
		defer l.Close()
		addrs[i] = fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", l.Addr().(*net.TCPAddr).Port)
	}
	return addrs[0], addrs[1], nil
}

// Start starts the daemon again after Stop, and returns when it listens.
func (k *Kubo) Start(ctx context.Context) error {
	k.said.Reset()
	k.daemon = k.command(context.Background(), "daemon", "--enable-pubsub-experiment")
	k.daemon.Stdout, k.daemon.Stderr = &k.said, &k.said
	if err := k.daemon.Start(); err != nil {
		return fmt.Errorf("peers: Kubo: %w", err)
	}
	if err := k.await(ctx); err != nil {
		k.Stop()
		return fmt.Errorf("peers: Kubo: %w\n%s", err, k.said.String())
	}
	return nil
}

// await returns when the daemon answers. No command may run before that: it would
// lock the repo for itself.
func (k *Kubo) await(ctx context.Context) error {
	for {
		err := k.knock(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

// knock asks the daemon something, where the repo says that it listens.
func (k *Kubo) knock(ctx context.Context) error {
	addr, err := os.ReadFile(filepath.Join(k.repo, "api"))
	if err != nil {
		return err
	}
	_, port, _ := strings.Cut(string(addr), "/tcp/")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:"+port+"/api/v0/version", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Stop ends the daemon at once, as a crash would. The repo stays.
func (k *Kubo) Stop() {
	if k.daemon == nil {
		return
	}
	_ = k.daemon.Process.Kill()
	_ = k.daemon.Wait() // tells that it was killed
	k.daemon = nil
	_ = os.Remove(filepath.Join(k.repo, "api"))
}

// Run runs an ipfs command and returns what it prints.
func (k *Kubo) Run(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := k.command(ctx, args...)
	cmd.Stdin = stdin
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("peers: ipfs %s: %w", strings.Join(args, " "), err)
	}
	return out, nil
}

// Line runs an ipfs command and returns the last line of what it prints.
func (k *Kubo) Line(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	out, err := k.Run(ctx, stdin, args...)
	text := strings.TrimSpace(string(out))
	return text[strings.LastIndexByte(text, '\n')+1:], err
}

// Message is a message of a topic or a room.
type Message struct {
	Topic, From string
	Data        []byte
}

// Subscribe gives the messages of a topic until ctx ends. It returns when Kubo
// listens.
func (k *Kubo) Subscribe(ctx context.Context, topic string) (<-chan Message, error) {
	cmd := k.command(ctx, "pubsub", "sub", "--enc=json", topic)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("peers: ipfs pubsub sub: %w", err)
	}
	messages := make(chan Message, 1024)
	go func() {
		defer close(messages)
		defer func() { _ = cmd.Wait() }() // tells that ctx ended it
		for lines := json.NewDecoder(out); ; {
			var m struct{ From, Data string }
			if lines.Decode(&m) != nil {
				return
			}
			// Multibase: 'u' is base64url without padding.
			data, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(m.Data, "u"))
			if err != nil {
				return
			}
			messages <- Message{Topic: topic, From: m.From, Data: data}
		}
	}()
	return messages, k.awaitTopic(ctx, topic)
}

func (k *Kubo) awaitTopic(ctx context.Context, topic string) error {
	for {
		topics, err := k.Run(ctx, nil, "pubsub", "ls")
		if err != nil {
			return err
		}
		if strings.Contains("\n"+string(topics), "\n"+topic+"\n") {
			return nil
		}
	}
}

func (k *Kubo) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, k.binary, args...)
	cmd.Env = append(os.Environ(), "IPFS_PATH="+k.repo)
	return cmd
}
