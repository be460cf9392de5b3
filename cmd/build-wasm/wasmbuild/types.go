package wasmbuild

import (
	"context"
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

// dependenciesInstalled reports whether npm has installed since the lock file
// was last written. The file compared with is the one npm leaves behind.
func (b *build) dependenciesInstalled() bool {
	dir := filepath.Join(b.Root, clientDir)
	lock, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return false
	}
	installed, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json"))
	return err == nil && !installed.ModTime().Before(lock.ModTime())
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
		"room.d.ts":  "export * from './types/room.js';\nexport { default } from './types/room.js';\n",
	} {
		if err := os.WriteFile(b.path(name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
