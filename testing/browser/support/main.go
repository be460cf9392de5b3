// Command support keeps the README's table of what works in which browser true.
// It takes what the browser suite's runs say, as go test -json tells it:
//
//	go test -json ./testing/browser | support record -o RUN.json
//	support table RUN.json...
//	support check README.md RUN.json...
//	support write README.md RUN.json...
//
// Record prints what failed and keeps the outcomes; the engine and the kind of
// worker are those of SHAREDNODE_ENGINE and SHAREDNODE_WORKER. Table prints the
// table, check fails unless the README has it between its marks, and write puts
// it there. All are run in the module's root.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// suite is the directory of the tests.
const suite = "testing/browser"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "support:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("want record -o RUN.json, or table, check README.md or write README.md with RUN.json files")

func run(args []string) error {
	if len(args) < 2 {
		return errUsage
	}
	switch command, rest := args[0], args[1:]; command {
	case "record":
		return recordRun(rest)
	case "table":
		table, err := tableOf(rest)
		fmt.Print(table)
		return err
	case "check", "write":
		table, err := tableOf(rest[1:])
		if err != nil {
			return err
		}
		return (&readme{path: rest[0]}).put(table, command == "write")
	}
	return errUsage
}

func recordRun(args []string) error {
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	out := flags.String("o", "", "`file` to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" {
		return errUsage
	}
	r := Run{Engine: env("SHAREDNODE_ENGINE", "chromium"), Worker: env("SHAREDNODE_WORKER", "shared")}
	var err error
	if r.Tests, err = record(os.Stdin, os.Stdout); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(*out), 0o755); err != nil {
		return err
	}
	return r.write(*out)
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func tableOf(names []string) (string, error) {
	if len(names) == 0 {
		return "", errUsage
	}
	var runs []Run
	for _, name := range names {
		r, err := readRun(name)
		if err != nil {
			return "", err
		}
		runs = append(runs, r)
	}
	files, err := testFiles(suite)
	if err != nil {
		return "", err
	}
	return table(runs, files)
}
