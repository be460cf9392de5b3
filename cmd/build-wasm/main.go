// Command build-wasm writes the npm package into a directory, dist unless -out
// names another, and prints how large its parts are.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/sharednode/sharednode/cmd/build-wasm/wasmbuild"
)

func main() {
	var cfg wasmbuild.Config
	flag.StringVar(&cfg.Out, "out", "", "`directory` to write to, replacing what is there (default \"dist\")")
	flag.BoolVar(&cfg.Quick, "quick", false, "spend no time on small files: no wasm-opt, light compression")
	flag.StringVar(&cfg.Version, "version", wasmbuild.Version, "`version` of the package, by which workers tell which of them is newer")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "build-wasm: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	cfg.Log = os.Stderr

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	info, err := wasmbuild.Build(ctx, cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, "build-wasm:", err)
		os.Exit(1)
	}
	fmt.Print(info.Table())
}
