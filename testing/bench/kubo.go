package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A kubo is a Kubo daemon that the systems fetch from, on the loopback interface
// alone and with nobody else to talk to.
type kubo struct {
	binary, repo string
	daemon       *exec.Cmd
	said         bytes.Buffer
	addr         string // its WebSocket address, with its peer id
}

// startKubo starts the daemon that SHAREDNODE_KUBO names, over a new repo.
func startKubo(ctx context.Context) (*kubo, error) {
	binary := os.Getenv("SHAREDNODE_KUBO")
	if binary == "" {
		return nil, errors.New("SHAREDNODE_KUBO does not name a Kubo binary")
	}
	repo, err := os.MkdirTemp("", "sharednode-bench-kubo")
	if err != nil {
		return nil, err
	}
	k := &kubo{binary: binary, repo: repo}
	if err := k.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("kubo: %w\n%s", err, k.said.String()), k.Close())
	}
	return k, nil
}

func (k *kubo) start(ctx context.Context) error {
	for _, args := range [][]string{
		{"init", "--profile=test,unixfs-v1-2025"},
		{"config", "--json", "Addresses.Swarm", `["/ip4/127.0.0.1/tcp/0/ws"]`},
		{"config", "--json", "Swarm.RelayService.Enabled", "false"},
	} {
		if _, err := k.run(ctx, nil, args...); err != nil {
			return err
		}
	}
	k.daemon = k.command(context.Background(), "daemon", "--enable-pubsub-experiment")
	k.daemon.Stdout, k.daemon.Stderr = &k.said, &k.said
	if err := k.daemon.Start(); err != nil {
		return err
	}
	return k.await(ctx)
}

// await waits until the daemon listens, and notes where.
func (k *kubo) await(ctx context.Context) error {
	for {
		out, err := k.run(ctx, nil, "id")
		var id struct{ Addresses []string }
		if err == nil && json.Unmarshal(out, &id) == nil {
			for _, addr := range id.Addresses {
				if strings.HasPrefix(addr, "/ip4/127.0.0.1/") && strings.Contains(addr, "/ws/") {
					k.addr = addr
					return nil
				}
			}
		}
		if err := wait(ctx, 200*time.Millisecond); err != nil {
			return fmt.Errorf("waiting for the daemon: %w", err)
		}
	}
}

// add adds a file as all systems do that are asked for CIDv1 and raw leaves of
// 1 MiB, and returns its CID.
func (k *kubo) add(ctx context.Context, r io.Reader) (string, error) {
	out, err := k.run(ctx, r, "add", "--quieter", "--cid-version=1", "--raw-leaves", "--chunker=size-1048576")
	return strings.TrimSpace(string(out)), err
}

func (k *kubo) run(ctx context.Context, in io.Reader, args ...string) ([]byte, error) {
	cmd := k.command(ctx, args...)
	cmd.Stdin = in
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("ipfs %s: %w: %s", args[0], err, exit.Stderr)
		}
		return nil, err
	}
	return out, nil
}

func (k *kubo) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, k.binary, args...)
	cmd.Env = append(os.Environ(), "IPFS_PATH="+filepath.Clean(k.repo))
	return cmd
}

// Close ends the daemon and removes its repo.
func (k *kubo) Close() error {
	if k.daemon != nil && k.daemon.Process != nil {
		_ = k.daemon.Process.Signal(os.Interrupt)
		_ = k.daemon.Wait()
	}
	return os.RemoveAll(k.repo)
}
