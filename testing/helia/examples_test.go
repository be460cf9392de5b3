package helia

import (
	"slices"
	"testing"

	"github.com/sharednode/sharednode/cmd/build-docs/examples"
)

// TestExamples runs the examples of the stores that the reference shows.
func TestExamples(t *testing.T) {
	all, err := examples.Read("web/examples.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("there are no examples")
	}
	url, browser := serve(t, "run.js")
	tab := open(t, browser, url)
	for _, e := range all {
		t.Run(e.Name, func(t *testing.T) {
			var got []string
			eval(t, tab, &got, "return run(args[0])", e.Name)
			if len(e.Logs) == 0 || !slices.Equal(got, e.Logs) {
				t.Errorf("it logs %q; want %q", got, e.Logs)
			}
		})
	}
}
