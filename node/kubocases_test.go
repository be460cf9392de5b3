package node_test

import (
	"fmt"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// kuboCases are the adds whose CIDs must be Kubo's: sizes around chunks and
// around the width of a node, under each profile and under options that change
// one thing each; and directories around the size from which they are sharded.
func kuboCases() []kuboCase {
	var cases []kuboCase
	cases = append(cases, sizeCases()...)
	cases = append(cases, widthCases()...)
	cases = append(cases, optionCases()...)
	cases = append(cases, directoryCases()...)
	return cases
}

func oneFile(data []byte) []diskEntry { return []diskEntry{{data: data}} }

func sizeCases() []kuboCase {
	var cases []kuboCase
	for profile, chunk := range map[string]int{"unixfs-v1-2025": 1 << 20, "unixfs-v0-2015": 256 << 10} {
		for _, size := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3*chunk + 17} {
			cases = append(cases, kuboCase{
				name:    fmt.Sprintf("size %s %d", profile, size),
				profile: profile,
				entries: oneFile(noise(size)),
			})
		}
	}
	return cases
}

// widthCases have as many chunks as one node takes, and one more, for one level
// and for two.
func widthCases() []kuboCase {
	var cases []kuboCase
	for profile, width := range map[string]int{"unixfs-v1-2025": 1024, "unixfs-v0-2015": 174} {
		leaves := []int{width, width + 1, 2*width + 1}
		if width == 174 {
			leaves = append(leaves, width*width, width*width+1)
		}
		for _, count := range leaves {
			for _, trickle := range []bool{false, true} {
				cases = append(cases, kuboCase{
					name:    fmt.Sprintf("width %s %d chunks trickle %v", profile, count, trickle),
					profile: profile,
					args:    []string{"--chunker=size-32", fmt.Sprintf("--trickle=%v", trickle)},
					opts:    nodeapi.AddOptions{Chunker: "size-32", Trickle: trickle, OnlyHash: count > 10_000},
					entries: oneFile(noise(count * 32)),
				})
			}
		}
	}
	return cases
}

func optionCases() []kuboCase {
	var cases []kuboCase
	for _, profile := range []string{"unixfs-v1-2025", "unixfs-v0-2015"} {
		for _, o := range []struct {
			args string
			opts nodeapi.AddOptions
		}{
			{"--cid-version=1 --raw-leaves=true", nodeapi.AddOptions{CidVersion: new(1)}},
			{"--cid-version=0 --raw-leaves=false", nodeapi.AddOptions{CidVersion: new(0)}},
			{"--cid-version=0 --raw-leaves=true", nodeapi.AddOptions{CidVersion: new(0), RawLeaves: new(true)}},
			{"--cid-version=1 --raw-leaves=false", nodeapi.AddOptions{CidVersion: new(1), RawLeaves: new(false)}},
			{"--hash=sha2-512 --cid-version=1 --raw-leaves=true", nodeapi.AddOptions{HashAlg: "sha2-512"}},
			{"--hash=blake2b-256 --cid-version=1 --raw-leaves=true", nodeapi.AddOptions{HashAlg: "blake2b-256"}},
			{"--hash=blake3 --cid-version=1 --raw-leaves=false", nodeapi.AddOptions{HashAlg: "blake3", RawLeaves: new(false)}},
			{"--chunker=size-262144", nodeapi.AddOptions{Chunker: "size-262144"}},
			{"--chunker=size-2096896", nodeapi.AddOptions{Chunker: "size-2096896"}},
			{"--chunker=rabin", nodeapi.AddOptions{Chunker: "rabin"}},
			{"--chunker=rabin-65536", nodeapi.AddOptions{Chunker: "rabin-65536"}},
			{"--chunker=rabin-16384-32768-65536", nodeapi.AddOptions{Chunker: "rabin-16384-32768-65536"}},
			{"--chunker=buzhash", nodeapi.AddOptions{Chunker: "buzhash"}},
			{"--trickle", nodeapi.AddOptions{Trickle: true}},
		} {
			for _, size := range []int{0, 11, 3<<20 + 5} {
				cases = append(cases, kuboCase{
					name:    fmt.Sprintf("options %s %s %d", profile, o.args, size),
					profile: profile,
					args:    strings.Fields(o.args),
					opts:    o.opts,
					entries: oneFile(noise(size)),
				})
			}
		}
	}
	return cases
}

func directoryCases() []kuboCase {
	var cases []kuboCase
	for profile, linkSize := range map[string]func(name string) int{
		"unixfs-v1-2025": blockLinkSize,
		"unixfs-v0-2015": func(name string) int { return len(name) + 34 },
	} {
		empty := 0 // the estimate for a directory without entries
		if profile == "unixfs-v1-2025" {
			empty = 4
		}
		for name, entries := range map[string][]diskEntry{
			"empty":     {{dir: true}},
			"tree":      tree(0, 0),
			"5200":      many(5200),
			"threshold": filled(256<<10-empty, linkSize),
			"over":      filled(256<<10-empty+1, linkSize),
		} {
			cases = append(cases, kuboCase{
				name: "directory " + profile + " " + name, profile: profile, entries: entries,
				listing: true,
			})
		}
		cases = append(cases, kuboCase{
			name:    "directory " + profile + " wrapped",
			profile: profile,
			args:    []string{"-w"},
			opts:    nodeapi.AddOptions{WrapWithDirectory: true},
			entries: tree(0, 0),
		}, kuboCase{
			name:    "directory " + profile + " mode and mtime",
			profile: profile,
			args:    []string{"--preserve-mode", "--preserve-mtime", "--raw-leaves=false"},
			entries: tree(0o640, 1_700_000_000),
			archive: true, listing: true,
		})
	}
	return cases
}

// tree is some directories and files, all with the same mode and mtime if those
// are not 0.
func tree(mode uint32, mtime int64) []diskEntry {
	entries := []diskEntry{
		{dir: true},
		{path: "a", data: []byte("a")},
		{path: "empty", dir: true},
		{path: "sub", dir: true},
		{path: "sub/b", data: noise(3 << 20)},
		{path: "sub/deep", dir: true},
		{path: "sub/deep/ünï 文", data: []byte("c")},
		{path: "z"},
	}
	for i := range entries {
		entries[i].mode, entries[i].mtime = mode, mtime
		if entries[i].dir && mode != 0 {
			entries[i].mode |= 0o110
		}
	}
	return entries
}

func many(count int) []diskEntry {
	entries := []diskEntry{{dir: true}}
	for i := range count {
		entries = append(entries, diskEntry{path: fmt.Sprintf("file-%d.txt", i), data: fmt.Append(nil, i)})
	}
	return entries
}

// filled is a directory of files of one byte whose links have just that size in
// all.
func filled(size int, linkSize func(name string) int) []diskEntry {
	entries := []diskEntry{{dir: true}}
	take := func(length int) {
		name := fmt.Sprintf("%0*d", length, len(entries))
		entries = append(entries, diskEntry{path: name, data: []byte("x")})
		size -= linkSize(name)
	}
	sizeOf := func(length int) int { return linkSize(strings.Repeat("x", length)) }
	for size >= 4*sizeOf(100) {
		take(100)
	}
	for length := 50; size > 0; length++ {
		for other := 50; other <= 250; other++ {
			if sizeOf(length)+sizeOf(other) == size {
				take(length)
				take(other)
				break
			}
		}
	}
	return entries
}

// blockLinkSize is what a link to a raw block of one byte adds to a directory's
// block: Hash, Name and Tsize with a tag and a length each, in a message with a
// tag and a length.
func blockLinkSize(name string) int {
	link := 2 + 36 + 2 + len(name) + 2
	if len(name) > 127 {
		link++
	}
	if link > 127 {
		link++ // its own length
	}
	return 2 + link
}
