package wasmbuild

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/sharednode/sharednode/cmd/build-wasm/wasmbuild/functab"
)

const nodeFile = "node.wasm"

// goFlags are the flags with which go build compiles the node.
func goFlags(c Config) []string {
	// No DWARF: browsers take names for stack traces from elsewhere.
	link := "-w"
	if !c.Names {
		link += " -s"
	}
	flags := []string{"-trimpath", "-buildvcs=false", "-ldflags=" + link + " -X main.version=" + c.Version}
	for _, pattern := range notInlined {
		flags = append(flags, "-gcflags="+pattern+"=-l")
	}
	return flags
}

// notInlined are packages into which the compiler copies no functions: code that
// runs seldom, or waits for a network. Copies of small functions, with what the
// runtime has to know of each, are a good part of their size. What every call of
// a tab goes through is not among them.
var notInlined = []string{
	"archive/tar", "crypto/ecdsa", "crypto/elliptic", "crypto/rsa", "crypto/x509",
	"encoding/asn1", "encoding/json", "log/...", "math/big", "net/...", "regexp/...",
	"crypto/internal/fips140/ecdsa", "crypto/internal/fips140/rsa",
	"github.com/cskr/...", "github.com/decred/...", "github.com/flynn/noise", "github.com/google/...",
	"github.com/ipfs/boxo/bitswap/...", "github.com/ipfs/boxo/ipns/...", "github.com/ipfs/boxo/namesys/...",
	"github.com/ipfs/boxo/peering", "github.com/ipfs/boxo/provider/...", "github.com/ipfs/boxo/routing/...",
	"github.com/ipfs/go-ipfs-pq", "github.com/ipfs/go-log/...", "github.com/ipfs/go-peertaskqueue/...",
	"github.com/ipld/go-ipld-prime/schema/...", "github.com/ipld/go-ipld-prime/traversal/...",
	"github.com/libp2p/...", "github.com/multiformats/go-multiaddr/...", "github.com/multiformats/go-multiaddr-dns/...",
	"github.com/multiformats/go-multistream/...", "github.com/polydawn/refmt/obj/...",
	"github.com/ipfs/boxo/dag/...", "github.com/ipfs/boxo/exchange/...", "github.com/ipfs/boxo/files",
	"github.com/ipfs/boxo/ipld/unixfs/mod", "github.com/ipfs/boxo/mfs",
	"github.com/sharednode/sharednode/node/keystore", "github.com/sharednode/sharednode/node/names",
	"github.com/sharednode/sharednode/node/p2p", "github.com/sharednode/sharednode/node/web",
	"github.com/sharednode/sharednode/pubsub",
	"golang.org/x/net/...", "golang.org/x/time/...",
}

func (b *build) compileNode(ctx context.Context) error {
	modFile, err := b.leanModFile(ctx)
	if err != nil {
		return err
	}
	args := []string{"build", "-modfile=" + modFile, "-o", b.path(nodeFile)}
	overlay, err := b.overlay(ctx)
	if err != nil {
		return err
	}
	if b.ownStd = overlay != ""; b.ownStd {
		args = append(args, "-overlay="+overlay)
	}
	args = append(args, goFlags(b.Config)...)
	cmd := b.command(ctx, ".", "go", append(args, b.Worker)...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	if err := cmd.Run(); err != nil {
		return err
	}
	return os.Chmod(b.path(nodeFile), 0o644)
}

// shrinkTable leaves out of the node what its runtime knows of its functions and
// does not need.
func (b *build) shrinkTable(context.Context) error {
	return b.editMemory(func(memory []byte) (err error) {
		b.functions, err = functab.Shrink(memory, b.ownStd)
		return err
	})
}

// optimizerFlags are those of wasm-opt: the features that Go's compiler uses
// (without them it refuses the file), and the level. On a node of 23 MB -O1
// takes 19 s and leaves 99.5 % of the bytes; -O2 takes 67 s for the same, and -Os
// 82 s for 96 %, which compress to no less. None of them changed the speed of
// hashing, maps or sorting.
var optimizerFlags = []string{
	"-O1",
	"--enable-bulk-memory",
	"--enable-mutable-globals",
	"--enable-nontrapping-float-to-int",
	"--enable-sign-ext",
}

// optimizeNode runs wasm-opt over the node where it is installed. One that does
// not know what this Go compiles to is as good as none.
func (b *build) optimizeNode(ctx context.Context) error {
	if b.Quick {
		return nil
	}
	program, err := exec.LookPath("wasm-opt")
	if errors.Is(err, exec.ErrNotFound) {
		b.logf("  wasm-opt is not installed: the node stays as the compiler made it")
		return nil
	}
	if err != nil {
		return err
	}
	version, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return fmt.Errorf("wasm-opt --version: %w", err)
	}
	node, err := os.ReadFile(b.path(nodeFile))
	if err != nil {
		return err
	}
	name := strings.TrimSpace(string(version))
	recipe := name + " " + strings.Join(optimizerFlags, " ")
	optimized, err := b.cached(recipe, node, func() ([]byte, error) {
		return b.runOptimizer(ctx, program)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		b.logf("  %s failed, the node stays as the compiler made it: %v", name, err)
		return nil
	}
	b.info.WasmOpt = name
	return os.WriteFile(b.path(nodeFile), optimized, 0o644)
}

func (b *build) runOptimizer(ctx context.Context, program string) ([]byte, error) {
	out := b.path("optimized.wasm")
	defer os.Remove(out) //nolint:errcheck // it may not be there
	args := append([]string{b.path(nodeFile), "-o", out}, optimizerFlags...)
	if err := b.command(ctx, ".", program, args...).Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}
