package wasmbuild

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
)

// clientDir is the directory of the TypeScript client, below the root.
const clientDir = "client/js"

// installDependencies installs what the client is built with, unless it is there.
func (b *build) installDependencies(ctx context.Context) error {
	if b.dependenciesInstalled() {
		return nil
	}
	return b.command(ctx, clientDir, "npm", "ci", "--no-audit", "--no-fund").Run()
}

// dependenciesInstalled reports whether npm has installed what the lock file
// asks for, by what it wrote into the directory itself. Optional packages are
// those of other machines.
func (b *build) dependenciesInstalled() bool {
	dir := filepath.Join(b.Root, clientDir)
	wanted, err := readLock(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return false
	}
	installed, err := readLock(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if err != nil {
		return false
	}
	delete(wanted, "") // the client itself
	for name, p := range wanted {
		if have, ok := installed[name]; ok && have.Integrity != p.Integrity || !ok && !p.Optional {
			return false
		}
	}
	return true
}

// lockedPackage is what is read of one package in a lock file of npm's.
type lockedPackage struct {
	Integrity string `json:"integrity"`
	Optional  bool   `json:"optional"`
}

func readLock(name string) (map[string]lockedPackage, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]lockedPackage `json:"packages"`
	}
	return lock.Packages, json.Unmarshal(data, &lock)
}

// writeTypes has the client's TypeScript compiler write its declarations.
func (b *build) writeTypes(ctx context.Context) error {
	tsc := filepath.Join("node_modules", ".bin", "tsc")
	err := b.command(ctx, clientDir, tsc, "-p", "tsconfig.build.json", "--outDir", b.path("types")).Run()
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"index.d.ts": "export * from './types/index.js';\n",
		"helia.d.ts": "export * from './types/helia.js';\n",
		"hub.d.ts":   "export * from './types/hub.js';\n",
		"room.d.ts":  "export * from './types/room.js';\nexport { default } from './types/room.js';\n",
	} {
		if err := os.WriteFile(b.path(name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
