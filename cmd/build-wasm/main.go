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
	agree := flag.Bool("budget", false, "make the sizes of what is built those that are agreed on (cmd/build-wasm/budget.json)")
	modFile := flag.Bool("modfile", false, "build nothing; print the go.mod by which the node is compiled (cmd/build-wasm/lean)")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "build-wasm: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	cfg.Log = os.Stderr

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *modFile {
		name, err := wasmbuild.ModFile(ctx, cfg)
		exitIf(err)
		fmt.Println(name)
		return
	}
	info, err := wasmbuild.Build(ctx, cfg)
	exitIf(err)
	fmt.Print(info.Table())
	if *agree {
		exitIf(info.WriteBudget("."))
	}
}

func exitIf(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "build-wasm:", err)
		os.Exit(1)
	}
}
