package quickstart

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// helloCID is that of "hello world" under the default profile (IPIP-499).
const helloCID = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

// dist returns the directory of the built package. It skips the test where
// browsers are not to be run.
func dist(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("installs packages and runs a browser")
	}
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	dir, err := harness.Dist()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// open serves files, and the package below /sharednode/, and opens the page at
// the root in a fresh browser. Errors that the page or the worker tells fail
// the test in the end.
func open(t *testing.T, files fs.FS, dist string) harness.Tab {
	t.Helper()
	server, err := harness.NewServer("no-cache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	server.Files("/", files)
	server.Files("/sharednode/", os.DirFS(dist))
	return openURL(t, server.Origin()+"/")
}

func openURL(t *testing.T, url string) harness.Tab {
	t.Helper()
	browser, err := harness.LaunchChromium(t.Context(), harness.Options{Profile: filepath.Join(t.TempDir(), "profile")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, m := range browser.Messages() {
			if m.Problem() {
				t.Error(m)
			}
		}
		if err := browser.Kill(); err != nil {
			t.Error(err)
		}
	})
	tab, err := browser.NewTab(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// awaitText waits until the page shows a text.
func awaitText(t *testing.T, tab harness.Tab, want string) {
	t.Helper()
	err := tab.Eval(t.Context(), nil, `
const end = Date.now() + 60_000;
while (!document.body.innerText.includes(args[0])) {
  if (Date.now() > end) throw new Error('the page shows: ' + document.body.innerText);
  await new Promise((resolve) => setTimeout(resolve, 50));
}`, want)
	if err != nil {
		t.Fatalf("waiting for %q: %v", want, err)
	}
}
