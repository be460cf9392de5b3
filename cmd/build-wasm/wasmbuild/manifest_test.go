package wasmbuild

import (
	"encoding/json"
	"testing"
)

func TestManifest(t *testing.T) {
	client, err := readClientPackage("../../..")
	if err != nil {
		t.Fatal(err)
	}
	data, err := manifestOf(client, "1.2.3-rc.1")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version      string
		Exports      map[string]any
		Dependencies map[string]string
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if want := "1.2.3-rc.1"; got.Version != want {
		t.Errorf("got version %q; want %q", got.Version, want)
	}
	if len(got.Dependencies) == 0 || len(got.Dependencies) != len(client.Dependencies) {
		t.Errorf("got dependencies %v; want those of the client, %v", got.Dependencies, client.Dependencies)
	}
	for name, version := range client.Dependencies {
		if want := "^" + version; got.Dependencies[name] != want {
			t.Errorf("dependency %s: got %q; want %q", name, got.Dependencies[name], want)
		}
	}
	if got.Exports["."] == nil {
		t.Errorf("got exports %v; want one for \".\"", got.Exports)
	}
}

func TestReadClientPackageMissing(t *testing.T) {
	_, err := readClientPackage(t.TempDir())
	if err == nil {
		t.Error("got no error for a directory without a client; want one")
	}
}
