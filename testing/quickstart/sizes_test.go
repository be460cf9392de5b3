package quickstart

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/sharednode/sharednode/cmd/build-wasm/wasmbuild"
)

// TestBudget compares the sizes of what was built with those that are agreed on.
// If more is worth it, `go run ./cmd/build-wasm -budget` agrees on it.
func TestBudget(t *testing.T) {
	budget, err := wasmbuild.ReadBudget("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := budget.Check(built(t)); err != nil {
		t.Error(err)
	}
}

func built(t *testing.T) (info wasmbuild.Info) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dist(t), "build-info.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &info); err != nil {
		t.Fatal(err)
	}
	return info
}

// TestSizes compares the sizes that the README tells with those that were
// built. A tenth more or less is no news.
func TestSizes(t *testing.T) {
	info := built(t)
	if info.Quick {
		t.Skip("the package was built in a hurry: its sizes are not those handed out")
	}
	for _, test := range []struct {
		file, words string
		unit        float64
	}{
		{"index.min.js", `([\d.]+) kB \(brotli\) of TypeScript`, 1e3},
		{"node.wasm", `is ([\d.]+) MB \(brotli\)`, 1e6},
	} {
		match := regexp.MustCompile(test.words).FindStringSubmatch(readREADME(t))
		if match == nil {
			t.Errorf("the README tells no size of %s, in words like %q", test.file, test.words)
			continue
		}
		told, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range info.Files {
			if f.Name != test.file {
				continue
			}
			if ratio := float64(f.Brotli) / (told * test.unit); ratio < 0.9 || ratio > 1.1 {
				t.Errorf("%s is %d bytes as brotli; the README says %s", f.Name, f.Brotli, match[0])
			}
		}
	}
}
