package coreapi

import (
	_ "embed" // snapshotText
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write testing/coreapi.md and testdata anew")

const (
	clientDir    = "../../client/js"
	tableFile    = "../coreapi.md"
	snapshotFile = "testdata/kubo-rpc-client.json"
)

//go:embed testdata/kubo-rpc-client.json
var snapshotText []byte

// A snapshot is what kubo-rpc-client declares, for where it is not installed.
type snapshot struct {
	Version string  `json:"version"`
	Methods surface `json:"methods"`
}

// installed reads what is installed; fs.ErrNotExist says that nothing is.
func installed() (snapshot, error) {
	dir := clientDir + "/node_modules/kubo-rpc-client"
	manifest, err := os.ReadFile(dir + "/package.json")
	if err != nil {
		return snapshot{}, err
	}
	var s snapshot
	if err := json.Unmarshal(manifest, &s); err != nil {
		return snapshot{}, err
	}
	s.Methods, err = readSurface(dir+"/dist/src", ".d.ts", "KuboRPCClient", nil, "HTTPRPCOptions")
	return s, err
}

func TestTable(t *testing.T) {
	var theirs snapshot
	if err := json.Unmarshal(snapshotText, &theirs); err != nil {
		t.Fatal(err)
	}
	there, err := installed()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Log("kubo-rpc-client is not installed; its declarations are those of testdata")
	case err != nil:
		t.Fatal(err)
	case *update:
		theirs = there
		write(t, snapshotFile, there)
	case !reflect.DeepEqual(there, theirs):
		t.Errorf("%s is not what kubo-rpc-client %s declares; write it with -update", snapshotFile, there.Version)
	}
	// The configuration has the methods of its group on it.
	groups := map[string]string{"config": "ConfigAPI"}
	ours, err := readSurface(clientDir+"/src", ".ts", "Sharednode", groups, "CallOptions", "Listened", "EventTarget")
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []surface{ours, theirs.Methods} {
		if len(of) < 80 || !slices.Contains(of["refs"], "maxDepth") || of["dag.export"] == nil && of["dag.import"] == nil {
			t.Fatalf("the declarations were misread: %v", of)
		}
	}
	c := comparison{ours: ours, theirs: theirs.Methods, used: map[string]bool{}}
	text := c.table(theirs.Version)
	for _, lacking := range c.lacking {
		t.Errorf("%s is not here, and reasons.go does not say why", lacking)
	}
	for key := range reasons {
		if !c.used[key] {
			t.Errorf("reasons.go says why %s is not here, which it is", key)
		}
	}
	if *update {
		if err := os.WriteFile(tableFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(tableFile)
	if err != nil || string(got) != text {
		t.Errorf("testing/coreapi.md is not what the declarations say (%v); write it with -update", err)
	}
}

func write(t *testing.T, file string, value any) {
	t.Helper()
	data, err := json.MarshalIndent(value, "", "  ")
	if err == nil {
		err = os.WriteFile(file, append(data, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
