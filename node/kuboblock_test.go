package node_test

import (
	"os"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestKuboBlockPut wants the CIDs that Kubo gives blocks: those it gave when this
// was written, and if there is one those of today.
func TestKuboBlockPut(t *testing.T) {
	const data = "a block that is no CBOR and no protobuf"
	kubo, repo := os.Getenv("SHAREDNODE_KUBO"), t.TempDir()
	if kubo != "" {
		runKubo(t, kubo, repo, "init", "--profile=test")
	}
	input := repo + "/block"
	must(t, os.WriteFile(input, []byte(data), 0o600))
	n := newNode(t, newConfig())
	for _, test := range []struct {
		args string
		opts nodeapi.BlockPutOptions
		want string
	}{
		{"", nodeapi.BlockPutOptions{}, "bafkreidnrwr4d3gcifsw5fbkrs5xzqdi7kdhln46fz4fsj4spqntbjtdja"},
		{"--cid-codec=raw --mhtype=sha2-512", nodeapi.BlockPutOptions{Format: "raw", HashAlg: "sha2-512"}, "bafkrgqh6f3p4tn623k76biqx74sykdpvynzfwvoqsberoit5l7ebmpzt4262hli544sddaoin6o6lrisxq7qon2cgn2zkpxnz6qemrw44s4aa"},
		{"--cid-codec=raw --mhtype=blake3", nodeapi.BlockPutOptions{HashAlg: "blake3"}, "bafkr4ieewlwr5lr5raqprwcthy2zivptafdctmelzar2vvrmaytfj2aqsm"},
		{"--cid-codec=dag-cbor --allow-big-block=false", nodeapi.BlockPutOptions{Format: "dag-cbor"}, "bafyreidnrwr4d3gcifsw5fbkrs5xzqdi7kdhln46fz4fsj4spqntbjtdja"},
		{"--cid-codec=dag-json --mhtype=sha3-256", nodeapi.BlockPutOptions{Format: "dag-json", HashAlg: "sha3-256"}, "baguqefrau7wzz24wlijz4cy4qjweu5zjgn655trzdfxri3nkg2xh5val3vwa"},
		{"--cid-codec=dag-pb", nodeapi.BlockPutOptions{Format: "dag-pb"}, "bafybeidnrwr4d3gcifsw5fbkrs5xzqdi7kdhln46fz4fsj4spqntbjtdja"},
		{"--format=v0", nodeapi.BlockPutOptions{Format: "dag-pb", CidVersion: new(0)}, "QmViJR3oYFB4DiENVk6yRNQBTHAQUwFZZVbngVMeEka959"},
		{"--cid-codec=git-raw --mhtype=blake2b-256", nodeapi.BlockPutOptions{Format: "git-raw", HashAlg: "blake2b-256"}, "baf4kbzacec65ftvayvdjur2umxixz65kuhiofvl4wszrm4a22yfgijx5o37ha"},
	} {
		stat, err := n.BlockPut(t.Context(), []byte(data), test.opts)
		if err != nil || stat.Cid.String() != test.want || stat.Size != uint64(len(data)) {
			t.Errorf("%s: got %+v, %v; Kubo had %s", test.args, stat, err, test.want)
		}
		if kubo == "" {
			continue
		}
		args := append(append([]string{"block", "put"}, strings.Fields(test.args)...), input)
		if says := strings.TrimSpace(string(runKubo(t, kubo, repo, args...))); says != stat.Cid.String() {
			t.Errorf("%s: got %s; Kubo says %s", test.args, stat.Cid, says)
		}
	}
}
