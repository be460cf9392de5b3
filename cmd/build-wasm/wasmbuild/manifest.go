package wasmbuild

import (
	"bytes"
	"context"
	_ "embed" // for the templates
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

//go:embed package.json.tmpl
var manifestTemplate string

//go:embed README.pkg.md
var readme []byte

// clientPackage is what is read of the client's package.json.
type clientPackage struct {
	Dependencies map[string]string `json:"dependencies"`
}

func readClientPackage(root string) (clientPackage, error) {
	var p clientPackage
	data, err := os.ReadFile(filepath.Join(root, clientDir, "package.json"))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("%s/package.json: %w", clientDir, err)
	}
	return p, nil
}

// writeManifest writes what npm wants of a package beside its code.
func (b *build) writeManifest(context.Context) error {
	client, err := readClientPackage(b.Root)
	if err != nil {
		return err
	}
	manifest, err := manifestOf(client, b.Version)
	if err != nil {
		return err
	}
	license, err := os.ReadFile(filepath.Join(b.Root, "LICENSE"))
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"package.json": manifest,
		"README.md":    readme,
		"LICENSE":      license,
	} {
		if err := os.WriteFile(b.path(name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manifestOf fills in the template of package.json. The dependencies are those
// the client was tested with, or newer ones that promise to be compatible.
func manifestOf(client clientPackage, version string) ([]byte, error) {
	dependencies := map[string]string{}
	for name, version := range client.Dependencies {
		dependencies[name] = "^" + version
	}
	list, err := json.MarshalIndent(dependencies, "  ", "  ")
	if err != nil {
		return nil, err
	}
	t, err := template.New("package.json").Parse(manifestTemplate)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	err = t.Execute(&buf, map[string]string{"Version": version, "Dependencies": string(list)})
	if err == nil && !json.Valid(buf.Bytes()) {
		err = fmt.Errorf("not JSON: %s", buf.Bytes())
	}
	return buf.Bytes(), err
}
