package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ClusterVariable is the environment variable that names the ipfs-cluster-service
// binary.
const ClusterVariable = "SHAREDNODE_CLUSTER"

// Cluster is a cluster of one, which pins at a Kubo and serves the Pinning
// Services API.
type Cluster struct {
	// URL is the API's endpoint, and Token what it asks for.
	URL, Token string

	daemon *exec.Cmd
	said   bytes.Buffer
}

// The user in whose name the token is.
const clusterUser, clusterPassword = "user", "password"

// StartCluster starts a cluster over a Kubo that runs, in the empty directory dir.
// ctx bounds the start alone.
func StartCluster(ctx context.Context, dir string, kubo *Kubo) (*Cluster, error) {
	binary := os.Getenv(ClusterVariable)
	if binary == "" {
		return nil, errors.New("peers: " + ClusterVariable + " does not name an ipfs-cluster-service binary")
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(binary, args...)
		cmd.Env = append(os.Environ(), "IPFS_CLUSTER_PATH="+dir)
		return cmd
	}
	if out, err := command("init", "--consensus", "crdt").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("peers: ipfs-cluster-service init: %w\n%s", err, out)
	}
	c := &Cluster{}
	if err := c.configure(dir, kubo); err != nil {
		return nil, fmt.Errorf("peers: the cluster's configuration: %w", err)
	}
	c.daemon = command("daemon")
	c.daemon.Stdout, c.daemon.Stderr = &c.said, &c.said
	if err := c.daemon.Start(); err != nil {
		return nil, fmt.Errorf("peers: the cluster: %w", err)
	}
	for {
		err := c.fetchToken(ctx)
		if err == nil {
			return c, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			c.Stop()
			return nil, fmt.Errorf("peers: the cluster: %w\n%s", err, c.said.String())
		}
	}
}

// configure has the cluster listen on loopback alone, and ask for a token.
func (c *Cluster) configure(dir string, kubo *Kubo) error {
	file := filepath.Join(dir, "service.json")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	swarm, listen, err := freePorts()
	if err != nil {
		return err
	}
	api, err := os.ReadFile(filepath.Join(kubo.repo, "api"))
	if err != nil {
		return err
	}
	section(fields, "cluster")["listen_multiaddress"] = []string{swarm}
	connector := section(section(fields, "ipfs_connector"), "ipfshttp")
	connector["node_multiaddress"] = strings.TrimSpace(string(api))
	pins := map[string]any{
		"http_listen_multiaddress": listen,
		"basic_auth_credentials":   map[string]string{clusterUser: clusterPassword},
	}
	fields["api"] = map[string]any{"pinsvcapi": pins} // and no other
	_, port, _ := strings.Cut(listen, "/tcp/")
	c.URL = "http://127.0.0.1:" + port
	if text, err = json.Marshal(fields); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// fetchToken asks the cluster for a token.
func (c *Cluster) fetchToken(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/token", nil)
	if err != nil {
		return err
	}
	req.SetBasicAuth(clusterUser, clusterPassword)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var answer struct{ Token string }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return err
	}
	if c.Token = answer.Token; c.Token == "" {
		return fmt.Errorf("it gives no token: %s", res.Status)
	}
	return nil
}

// Stop ends the cluster.
func (c *Cluster) Stop() {
	_ = c.daemon.Process.Kill()
	_ = c.daemon.Wait() // tells that it was killed
}
