package quickstart

import (
	"testing"
	"testing/fstest"
)

func TestPage(t *testing.T) {
	dist := dist(t)
	page := snippet(t, "A page without a bundler", "html")
	tab := open(t, fstest.MapFS{"index.html": {Data: []byte(page)}}, dist)
	awaitText(t, tab, "in every tab")

	err := tab.Eval(t.Context(), nil, `
const transfer = new DataTransfer();
transfer.items.add(new File(['hello world'], 'hello.txt'));
const input = document.querySelector('input');
input.files = transfer.files;
input.dispatchEvent(new Event('change'));`)
	if err != nil {
		t.Fatal(err)
	}
	awaitText(t, tab, helloCID+": 11 bytes")
}
