package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// A machine is where the figures were taken.
type machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	System  string `json:"system"`
	Browser string `json:"browser"`
}

func thisMachine() (machine, error) {
	m := machine{Cores: runtime.NumCPU(), System: runtime.GOOS + " " + firstField("/proc/sys/kernel/osrelease")}
	cpuinfo, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(cpuinfo)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	path, err := harness.ChromiumPath()
	if err != nil {
		return m, err
	}
	version, err := exec.Command(path, "--version").Output()
	if err != nil {
		return m, fmt.Errorf("asking %s for its version: %w", path, err)
	}
	m.Browser = strings.TrimSpace(string(version))
	return m, nil
}

// loadAverage is how many processes wanted to run in the last minute.
func loadAverage() string { return firstField("/proc/loadavg") }

func firstField(file string) string {
	text, _ := os.ReadFile(file)
	if fields := strings.Fields(string(text)); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// versionOfOurs returns what was built.
func versionOfOurs(dist string) (string, error) {
	var info struct {
		Version string `json:"version"`
		Commit  string `json:"commit"`
		Quick   bool   `json:"quick"`
	}
	err := readJSON(filepath.Join(dist, "build-info.json"), &info)
	text := strings.TrimSpace("sharednode " + info.Version + " " + info.Commit)
	if info.Quick {
		text += ", not optimized for size"
	}
	return text, err
}

// versionOfPeer returns the versions of a peer's packages as they are installed.
func versionOfPeer(s system, peers string) (string, error) {
	if s.limit {
		return "as it is", nil
	}
	var all []string
	for _, name := range s.packages {
		var info struct {
			Version string `json:"version"`
		}
		if err := readJSON(filepath.Join(peers, "node_modules", name, "package.json"), &info); err != nil {
			return "", err
		}
		all = append(all, name+" "+info.Version)
	}
	return strings.Join(all, ", "), nil
}

func readJSON(name string, value any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
