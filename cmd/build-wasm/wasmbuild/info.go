package wasmbuild

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"
	"text/tabwriter"
)

const infoFile = "build-info.json"

// Info is the account of a package, build-info.json.
type Info struct {
	Version string `json:"version"`
	// Go is the toolchain that compiled the node, "go1.26.8".
	Go string `json:"go"`
	// WasmOpt is the optimizer that went over the node; empty if none did.
	WasmOpt string `json:"wasmOpt,omitempty"`
	// Quick tells of a package built to be tried, not to be handed out.
	Quick bool `json:"quick,omitempty"`
	// Modules are the versions of the Go modules that matter most to users.
	Modules map[string]string `json:"modules"`
	// Packages are the versions of the npm packages that the client is made of.
	Packages map[string]string `json:"packages"`
	// Files are all others of the package, by name.
	Files []File `json:"files"`
	// Contents tell what the node is made of.
	Contents *Contents `json:"contents"`
}

// File is one file of the package. Sizes are in bytes.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // in hex
	Size   int    `json:"size"`
	// Gzip and Brotli are the sizes when compressed, of scripts and of the node.
	Gzip   int `json:"gzip,omitempty"`
	Brotli int `json:"brotli,omitempty"`
}

// told are the Go modules whose versions Info gives.
var told = []string{
	"github.com/ipfs/boxo",
	"github.com/ipfs/go-cid",
	"github.com/libp2p/go-libp2p",
	"github.com/hack-pad/go-indexeddb",
}

// writeInfo looks at all that was built and writes the account of it.
func (b *build) writeInfo(ctx context.Context) error {
	b.info.Version = b.Version
	b.info.Quick = b.Quick
	version, err := b.goOutput(ctx, "env", "GOVERSION")
	if err != nil {
		return err
	}
	b.info.Go = version
	if b.info.Modules, err = b.moduleVersions(ctx); err != nil {
		return err
	}
	client, err := readClientPackage(b.Root)
	if err != nil {
		return err
	}
	b.info.Packages = client.Dependencies
	if b.info.Files, err = listFiles(os.DirFS(b.stage)); err != nil {
		return err
	}
	data, err := json.MarshalIndent(b.info, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(b.path(infoFile), append(data, '\n'), 0o644)
}

func (b *build) moduleVersions(ctx context.Context) (map[string]string, error) {
	args := append([]string{"list", "-m", "-f", "{{.Path}} {{.Version}}"}, told...)
	list, err := b.goOutput(ctx, args...)
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for line := range strings.Lines(list) {
		module, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		versions[module] = version
	}
	return versions, nil
}

// goOutput returns what the go command prints.
func (b *build) goOutput(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.Root
	cmd.Stderr = b.Log
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// listFiles returns all files of a package, by name. The sizes of the node's
// compressed twins are told as the node's, too.
func listFiles(dir fs.FS) ([]File, error) {
	sizes := map[string]int{}
	var files []File
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		sizes[name] = len(data)
		file := File{Name: name, SHA256: fmt.Sprintf("%x", sha256.Sum256(data)), Size: len(data)}
		if path.Ext(name) == ".js" {
			if err := file.measure(data); err != nil {
				return err
			}
		}
		files = append(files, file)
		return nil
	})
	for i := range files {
		if f := &files[i]; f.Name == nodeFile {
			f.Gzip, f.Brotli = sizes[nodeFile+".gz"], sizes[nodeFile+".br"]
		}
	}
	return files, err
}

// measure compresses a small file to tell what it costs to download.
func (f *File) measure(data []byte) error {
	zipped, err := gzipOf(data)
	if err != nil {
		return err
	}
	brotlied, err := brotliOf(data, 11)
	f.Gzip, f.Brotli = len(zipped), len(brotlied)
	return err
}

// Table returns the sizes of what a page downloads, one file a line.
func (i Info) Table() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "file\tbytes\tgzip\tbrotli\t\n")
	for _, f := range i.Files {
		if f.Brotli > 0 {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", f.Name, f.Size, f.Gzip, f.Brotli)
		}
	}
	w.Flush() //nolint:errcheck // a strings.Builder takes everything
	return text.String()
}
