package wasmbuild

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCached(t *testing.T) {
	b := &build{Config: Config{Root: t.TempDir()}}
	runs := 0
	work := func() ([]byte, error) {
		runs++
		return fmt.Appendf(nil, "run %d", runs), nil
	}
	for _, step := range []struct {
		name, recipe, input, want string
	}{
		{"first", "r", "input", "run 1"},
		{"again", "r", "input", "run 1"},
		{"other input", "r", "other", "run 2"},
		{"other recipe", "s", "input", "run 3"},
		{"the first is still there", "r", "input", "run 1"},
	} {
		got, err := b.cached(step.recipe, []byte(step.input), work)
		if err != nil || string(got) != step.want {
			t.Errorf("%s: got %q, %v; want %q", step.name, got, err, step.want)
		}
	}
}

func TestCachedKeepsNoFailure(t *testing.T) {
	b := &build{Config: Config{Root: t.TempDir()}}
	failure := errors.New("failed")
	if _, err := b.cached("r", nil, func() ([]byte, error) { return []byte("half"), failure }); !errors.Is(err, failure) {
		t.Fatalf("got %v; want %v", err, failure)
	}
	got, err := b.cached("r", nil, func() ([]byte, error) { return []byte("whole"), nil })
	if err != nil || string(got) != "whole" {
		t.Errorf("after a failure: got %q, %v; want \"whole\"", got, err)
	}
}

func TestPruneRemovesOldest(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for i := range cacheEntries + 3 {
		name := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		age := now.Add(-time.Duration(i) * time.Hour)
		if err := os.Chtimes(name, age, age); err != nil {
			t.Fatal(err)
		}
	}
	if err := prune(dir); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != cacheEntries {
		t.Errorf("got %d files left; want %d", len(left), cacheEntries)
	}
	for i := range cacheEntries {
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprint(i))); err != nil {
			t.Errorf("one of the newest is gone: %v", err)
		}
	}
}
