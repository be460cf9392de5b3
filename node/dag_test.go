package node_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func putDAG(t testing.TB, n *node.Node, json string, opts nodeapi.DAGPutOptions) cid.Cid {
	t.Helper()
	opts.InputCodec = "dag-json"
	c, err := n.DAGPut(t.Context(), []byte(json), opts)
	if err != nil {
		t.Fatalf("DAGPut %s: %v", json, err)
	}
	return c
}

// TestDAGPut has CIDs that "ipfs dag put" of Kubo 0.42 gave.
func TestDAGPut(t *testing.T) {
	n := newNode(t, newConfig())
	for _, test := range []struct{ input, store, data, want string }{
		{"dag-json", "dag-cbor", `{"hello":"world","n":[1,-2,1.5,null,true]}`, "bafyreifa7jxco2zjdtuojoissjrlt7c3ost6c5okowkgnk4733gnd3vygy"},
		{"dag-json", "dag-json", `{ "z": 1, "a": {"/":{"bytes":"aGk"}} }`, "baguqeeraxnrroe4vc46if4lrprbd4v2wejqndnqw2pw6lddnjduijv5yi6ka"},
		{"dag-json", "dag-pb", `{"Data":{"/":{"bytes":"CAE"}},"Links":[]}`, "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"},
		{"dag-json", "json", `{"a":[1,2]}`, "bagaaierastrc2v2rgbx4k2dj74hb7dfrird4qhfjxj5fi47tur2bjpjozoya"},
		{"dag-json", "cbor", `{"a":[1,2]}`, "bafireicjbt3z5amnrjy5ed4nj27rwnl763l4idi3alk2kzvb3d42kyoooe"},
		{"dag-json", "raw", `{"/":{"bytes":"aGVsbG8"}}`, "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"},
		{"raw", "raw", "hello", "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"},
		{"dag-cbor", "dag-cbor", "\xa2\x61a\x01\x61b\xf5", "bafyreibatjsioadhnhd72ufye3ciozjic5jy2bxxyljasiibzxhnqlral4"},
		{"dag-cbor", "dag-cbor", "\xa2\x61b\xf5\x61a\x01", "bafyreibatjsioadhnhd72ufye3ciozjic5jy2bxxyljasiibzxhnqlral4"},
		{"dag-cbor", "dag-json", "\xa2\x61a\x01\x61b\xf5", "baguqeera3emorunj5mpvjnmdgjwk3gkqy5yuos24rlaqok5q6kqk2fennxsq"},
		{"json", "dag-cbor", `{"a":1}`, "bafyreihltcnuuyqp2jm24aqydpnlj7b6w3ogwrplomrjtg5rifv44mmjey"},
		{"dag-pb", "dag-json", "\x0a\x02\x08\x01", "baguqeerazaelpihz6kuyiq7q4p4a4sghf4ratq56lrfkrzesdo22q7gstisa"},
		{"dag-cbor", "dag-cbor", "\x1b\xff\xff\xff\xff\xff\xff\xff\xff", "bafyreibnpsyje7iwfx3smzlnofkxqdyeqz3a4qzhwu33ktibq7sxeckrpq"},
		// What dag-cbor forbids, and there is.
		{"dag-cbor", "dag-cbor", "\x18\x01", "bafyreicl6ujc6ncfktctxxroxognfn7d2fqavvrryoc2lv6m4i6hpbkfti"},
		{"dag-cbor", "dag-cbor", "\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00", "bafyreighuczpwjfiq7r3te4fzqt72i2unujkfg46ogpvglqdtilkzlxpa4"},
	} {
		c, err := n.DAGPut(t.Context(), []byte(test.data), nodeapi.DAGPutOptions{InputCodec: test.input, StoreCodec: test.store})
		if err != nil || c.String() != test.want {
			t.Errorf("%s to %s, %q: got %s, %v; want %s", test.input, test.store, test.data, c, err, test.want)
		}
	}
}

// TestDAGPutIsCanonical wants one form for what is the same.
func TestDAGPutIsCanonical(t *testing.T) {
	n := newNode(t, newConfig())
	sorted, _ := hex.DecodeString("a26161016162f5")
	unsorted, _ := hex.DecodeString("a26162f5616101")
	var cids []cid.Cid
	for _, data := range [][]byte{sorted, unsorted} {
		c, err := n.DAGPut(t.Context(), data, nodeapi.DAGPutOptions{})
		must(t, err)
		stored, err := n.BlockGet(t.Context(), c)
		must(t, err)
		if !bytes.Equal(stored, sorted) {
			t.Errorf("%x was stored as %x; want %x", data, stored, sorted)
		}
		cids = append(cids, c)
	}
	if cids[0] != cids[1] || cids[0].Type() != cid.DagCBOR {
		t.Errorf("got %s and %s; want one CID of dag-cbor", cids[0], cids[1])
	}
}

func TestDAGPutOptions(t *testing.T) {
	n := newNode(t, newConfig())
	pb := putDAG(t, n, `{"Data":{"/":{"bytes":"CAE"}},"Links":[]}`, nodeapi.DAGPutOptions{StoreCodec: "dag-pb", CidVersion: new(0)})
	if got := pb.String(); got != "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn" {
		t.Errorf("the empty directory got %s", got)
	}
	if got := putDAG(t, n, `1`, nodeapi.DAGPutOptions{HashAlg: "sha2-512"}); got.Prefix().MhType != multihash.SHA2_512 {
		t.Errorf("got %s; want sha2-512", got)
	}
	before := repoStat(t, n).NumObjects
	hashed := putDAG(t, n, `"only hashed"`, nodeapi.DAGPutOptions{OnlyHash: true})
	if after := repoStat(t, n).NumObjects; after != before {
		t.Errorf("onlyHash stored a block")
	}
	if stored := putDAG(t, n, `"only hashed"`, nodeapi.DAGPutOptions{Pin: true}); stored != hashed {
		t.Errorf("onlyHash gave %s; put %s", hashed, stored)
	}
	if got := pinnedRoots(t, n); len(got) != 1 || got[0] != hashed.String() {
		t.Errorf("pinned %q; want %s", got, hashed)
	}
}

// TestDAGPutPinWantsAll refuses to pin a node that links to what is not there.
func TestDAGPutPinWantsAll(t *testing.T) {
	n := newNode(t, newConfig())
	leaf := cidOf(t, []byte("leaf"), cid.Raw, multihash.SHA2_256)
	node := `[{"/":"` + leaf.String() + `"}]`
	_, err := n.DAGPut(t.Context(), []byte(node), nodeapi.DAGPutOptions{InputCodec: "dag-json", Pin: true})
	wantCode(t, "a missing leaf", err, nodeapi.CodeNotFound, "cid", leaf.String())
	if got := pinnedRoots(t, n); len(got) != 0 {
		t.Errorf("pinned %q", got)
	}
	putBlock(t, n, []byte("leaf"), nodeapi.BlockPutOptions{})
	putDAG(t, n, node, nodeapi.DAGPutOptions{Pin: true})
}

func TestDAGPutErrors(t *testing.T) {
	n := newNode(t, newConfig())
	for name, test := range map[string]struct {
		data    string
		opts    nodeapi.DAGPutOptions
		code    nodeapi.Code
		details []any
	}{
		"input codec":         {"1", nodeapi.DAGPutOptions{InputCodec: "x"}, nodeapi.CodeUnknownCodec, []any{"value", "x"}},
		"store codec":         {"1", nodeapi.DAGPutOptions{StoreCodec: "y"}, nodeapi.CodeUnknownCodec, []any{"value", "y"}},
		"codec only kept":     {"1", nodeapi.DAGPutOptions{StoreCodec: "git-raw"}, nodeapi.CodeUnknownCodec, []any{"value", "git-raw"}},
		"hash":                {"1", nodeapi.DAGPutOptions{HashAlg: "z"}, nodeapi.CodeUnknownHash, []any{"value", "z"}},
		"version":             {"1", nodeapi.DAGPutOptions{CidVersion: new(3)}, nodeapi.CodeInvalidOption, []any{"option", "version", "value", 3}},
		"version 0":           {"1", nodeapi.DAGPutOptions{CidVersion: new(0)}, nodeapi.CodeInvalidOption, []any{"option", "version", "value", 0}},
		"nothing":             {"", nodeapi.DAGPutOptions{}, nodeapi.CodeInvalidBlock, nil},
		"not the input codec": {"\xff\xff", nodeapi.DAGPutOptions{}, nodeapi.CodeInvalidBlock, nil},
		"more than a node":    {"\x01\x01", nodeapi.DAGPutOptions{}, nodeapi.CodeInvalidBlock, nil},
		"not for the store":   {`{"a":1}`, nodeapi.DAGPutOptions{InputCodec: "dag-json", StoreCodec: "dag-pb"}, nodeapi.CodeInvalidBlock, nil},
		"not bytes for raw":   {`{"a":1}`, nodeapi.DAGPutOptions{InputCodec: "dag-json", StoreCodec: "raw"}, nodeapi.CodeInvalidBlock, nil},
		"nested too deep":     {strings.Repeat("\x81", 1<<20), nodeapi.DAGPutOptions{}, nodeapi.CodeInvalidBlock, nil},
		"too large":           {strings.Repeat("x", 2<<20+1), nodeapi.DAGPutOptions{InputCodec: "raw", StoreCodec: "raw"}, nodeapi.CodeBlockTooLarge, nil},
	} {
		_, err := n.DAGPut(t.Context(), []byte(test.data), test.opts)
		wantCode(t, name, err, test.code, test.details...)
	}
	wantAfterGC(t, n, 0)
}

// TestDAGResolve follows paths as Kubo does.
func TestDAGResolve(t *testing.T) {
	n := newNode(t, newConfig())
	added := add(t, n, nodeapi.AddOptions{}, append([]nodeapi.AddEntry{file("d/a.txt", []byte("hi")), file("d/sub/big", noise(3<<20))}, many5000()...)...)
	byPath := map[string]cid.Cid{}
	for _, a := range added {
		byPath[a.Path] = a.Cid
	}
	d := byPath["d"].String()
	c := putDAG(t, n, `{"a":{"b":[1,{"/":"`+d+`"},3]},"n":null}`, nodeapi.DAGPutOptions{}).String()
	j := putDAG(t, n, `{"up":{"/":"`+c+`"}}`, nodeapi.DAGPutOptions{StoreCodec: "dag-json"}).String()
	missing := cidOf(t, []byte("missing"), cid.DagCBOR, multihash.SHA2_256).String()
	for _, test := range []struct {
		path, cid, rest string
	}{
		{d, d, ""},
		{"/ipfs/" + d, d, ""},
		{d + "/", d, ""},
		{missing, missing, ""}, // not looked at
		{d + "/sub", byPath["d/sub"].String(), ""},
		{d + "/sub/big", byPath["d/sub/big"].String(), ""},
		{d + "//sub//big/", byPath["d/sub/big"].String(), ""},
		{d + "/hamt/file-4711.txt", byPath["d/hamt/file-4711.txt"].String(), ""},
		{"/ipld/" + d + "/Links/0/Hash", byPath["d/a.txt"].String(), ""},
		{"/ipld/" + d + "/Links/0/Name", d, "Links/0/Name"},
		{c + "/a/b", c, "a/b"},
		{c + "/a/b/0", c, "a/b/0"},
		{c + "/n", c, "n"},
		{c + "/a/b/1", d, ""},
		{c + "/a/b/1/sub/big", byPath["d/sub/big"].String(), ""},
		{j + "/up/a/b/1/a.txt", byPath["d/a.txt"].String(), ""},
	} {
		got, err := n.DAGResolve(t.Context(), test.path)
		if err != nil || got.Cid.String() != test.cid || got.RemainderPath != test.rest {
			t.Errorf("%s: got %s and %q, %v; want %s and %q", test.path, got.Cid, got.RemainderPath, err, test.cid, test.rest)
		}
	}
	for _, test := range []struct {
		path    string
		code    nodeapi.Code
		details []any
	}{
		{d + "/nope", nodeapi.CodeNoLink, []any{"cid", d, "link", "nope"}},
		{d + "/hamt/nope", nodeapi.CodeNoLink, []any{"cid", byPath["d/hamt"].String(), "link", "nope"}},
		{d + "/Links/0/Hash", nodeapi.CodeNoLink, []any{"cid", d, "link", "Links"}},
		{"/ipld/" + d + "/sub", nodeapi.CodeNoLink, []any{"cid", d, "link", "sub"}},
		{d + "/a.txt/x", nodeapi.CodeNotADirectory, nil},
		{d + "/sub/big/Links", nodeapi.CodeNotADirectory, nil},
		{c + "/x", nodeapi.CodeNoLink, []any{"cid", c, "link", "x"}},
		{c + "/a/b/9", nodeapi.CodeNoLink, []any{"cid", c, "link", "9"}},
		{c + "/a/b/0/q", nodeapi.CodeNoLink, []any{"cid", c, "link", "q"}},
		{missing + "/x", nodeapi.CodeNotFound, []any{"cid", missing}},
		{"x", nodeapi.CodeInvalidCID, []any{"value", "x"}},
	} {
		_, err := n.DAGResolve(t.Context(), test.path)
		wantCode(t, test.path, err, test.code, test.details...)
	}
}

// many5000 is a directory that is sharded under both profiles.
func many5000() []nodeapi.AddEntry {
	var entries []nodeapi.AddEntry
	for _, e := range many(5200)[1:] {
		entries = append(entries, file("d/hamt/"+e.path, e.data))
	}
	return entries
}
