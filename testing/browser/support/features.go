package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// A feature is a row of the table: what the tests of these files show.
type feature struct {
	title string
	files []string
}

// features has every file that has tests.
var features = []feature{
	{"One node for all tabs", []string{"tabs_test.go", "boot_test.go"}},
	{"`add`, `cat`, pins, DAGs, garbage collection; errors with codes", []string{"badinput_test.go", "closed_test.go"}},
	{"Large files in bounded memory", []string{"large_test.go"}},
	{"Large files read from the database by the page itself", []string{"leaves_test.go"}},
	{"CAR archives", []string{"car_test.go"}},
	{"`files.*`, one tree for all tabs", []string{"files_test.go"}},
	{"Keys; routers and gateways over HTTP", []string{"http_test.go"}},
	{"libp2p, bitswap and streams from a tab", []string{"libp2p_test.go"}},
	{"Pubsub", []string{"pubsub_test.go"}},
	{"Rooms", []string{"room_test.go"}},
	{"Restart of the worker, and of the browser, closed or killed", []string{"restart_test.go", "crash_test.go"}},
	{"One worker at a time: hand-over between versions and URLs", []string{"handover_test.go", "skew_test.go"}},
	{"A worker elected among the tabs", []string{"elected_test.go"}},
	{"Pages put aside and brought back (bfcache)", []string{"bfcache_test.go"}},
	{"Storage full, cleared, persistent", []string{"full_test.go", "storage_test.go"}},
	{"Pages of other origins: the hub, ports handed on, grants", []string{"hub_test.go", "hub_clicks_test.go", "hub_refused_test.go", "hub_ports_test.go", "hub_grants_test.go", "hub_hostile_test.go", "hub_opaque_test.go"}},
	{"The inspector", []string{"inspector_test.go"}},
	{"Configurations, status and logs, told to all tabs", []string{"seen_test.go"}},
	{"Tabs that misbehave, alone", []string{"raw_test.go", "misbehave_test.go"}},
}

// testFiles returns the file of each test in dir.
func testFiles(dir string) (map[string]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, name := range names {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
				files[f.Name.Name] = filepath.Base(name)
			}
		}
	}
	return files, nil
}

// rowOf returns the feature that the tests of a file are about, or -1.
func rowOf(file string) int {
	for i, f := range features {
		for _, name := range f.files {
			if name == file {
				return i
			}
		}
	}
	return -1
}
