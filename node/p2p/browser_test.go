//go:build !js

package p2p_test

import (
	"net"
	"os"
	"os/exec"
	"testing"

	"github.com/sharednode/sharednode/node/p2p"
)

// TestInBrowser runs this package's js tests in a browser, against native peers.
func TestInBrowser(t *testing.T) {
	if os.Getenv("SHAREDNODE_BROWSER") == "" {
		t.Skip("SHAREDNODE_BROWSER is not set: make test-browser sets it")
	}
	tool := exec.CommandContext(t.Context(), ".ci/tool", "wasmbrowsertest")
	tool.Dir, tool.Stderr = "../..", os.Stderr
	path, err := tool.Output()
	if err != nil {
		t.Fatalf("wasmbrowsertest: %v", err)
	}
	relay := newNetwork(t, p2p.Config{RelayService: true, Lists: p2p.Lists{Listen: []string{"/ip4/127.0.0.1/tcp/0/ws"}}})
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	id := relay.Host().ID().String()
	dns := newDNSServer(t)
	dns.set("_dnsaddr.example.test", "dnsaddr="+address(t, relay, "/ws"))

	test := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run", "TestBrowser",
		"-exec", string(path[:len(path)-1]), ".")
	test.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm",
		peerVariable+"="+address(t, relay, "/ws"),
		dnsVariable+"="+dns.URL, namedVariable+"=/dnsaddr/example.test/p2p/"+id,
		relayVariable+"="+address(t, relay, "/ws"),
		absentVariable+"=/ip4/127.0.0.1/tcp/1/ws/p2p/"+id,
		silentVariable+"=/ip4/127.0.0.1/tcp/"+silent.Addr().String()[len("127.0.0.1:"):]+"/ws/p2p/"+newNetwork(t, p2p.Config{}).Host().ID().String(),
	)
	out, err := test.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("in the browser: %v", err)
	}
}
