package main

import (
	"net/http/httptest"
	"path"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// A view is what a tab shows.
type view struct {
	PeerID string `json:"peerId"`
	Epoch  string `json:"epoch"`
	Tabs   int    `json:"tabs"`
	// Files are the CIDs listed, by name.
	Files map[string]string `json:"files"`
}

const readView = `
const peerId = document.querySelector('#peer-id')?.dataset.value;
const epoch = document.querySelector('#epoch')?.title;
const tabs = Number(document.querySelector('#tabs')?.dataset.count);
const files = Object.fromEntries([...document.querySelectorAll('#files li')]
  .map((row) => [row.querySelector('a').textContent, row.dataset.cid]));
return { peerId, epoch, tabs, files };`

// until runs an expression in the page until it is true, for a minute at most.
const until = `
const until = async (what, holds) => {
  const end = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('waited in vain for: ' + what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};`

// drop drops a file of args[1] bytes that do not compress, and returns their
// hash and all that its progress bar showed on the way.
const drop = until + `
const [name, size] = args;
const bytes = new Uint32Array(size / 4);
for (let i = 0, x = 1; i < bytes.length; i++) {
  x ^= x << 13; x ^= x >>> 17; x ^= x << 5;
  bytes[i] = x;
}
const transfer = new DataTransfer();
transfer.items.add(new File([bytes], name));
document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));

const progress = new Set();
await until('the file in the list', () => {
  const bar = document.querySelector('#uploads progress');
  if (bar) progress.add(bar.value);
  const failed = document.querySelector('#uploads .failed');
  if (failed) throw new Error(failed.innerText);
  return [...document.querySelectorAll('#files a')].some((a) => a.textContent === name);
});
return { progress: [...progress], hash: await hash(bytes) };` + hash

// read reads a file under its address, and returns its hash.
const read = hash + `
const response = await fetch('ipfs/' + args[0]);
if (!response.ok) throw new Error(await response.text());
return hash(await response.arrayBuffer());`

const hash = `
async function hash(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}`

// TestStory is what the demo is for: a large file dropped in one tab shows its
// progress, is read in another by its CID, and outlives the browser, as does
// the node's PeerId.
func TestStory(t *testing.T) {
	d := openDemo(t)
	browser := d.launch(t)
	first, second := d.open(t, browser), d.open(t, browser)

	const name = "large file.bin"
	var dropped struct {
		Progress []float64 `json:"progress"`
		Hash     string    `json:"hash"`
	}
	eval(t, first, &dropped, drop, name, 64<<20)
	between := 0
	for _, value := range dropped.Progress {
		if value > 0 && value < 1 {
			between++
		}
	}
	if between < 3 {
		t.Errorf("the progress bar showed %v; want several values on the way", dropped.Progress)
	}

	eval(t, second, nil, until+`await until('the file and both tabs', () =>
		document.querySelector('#files a') && document.querySelector('#tabs').dataset.count === '2');`)
	one, two := look(t, first), look(t, second)
	cid := one.Files[name]
	if cid == "" || two.Files[name] != cid {
		t.Errorf("the tabs list %v and %v; want %q in both", one.Files, two.Files, name)
	}
	if one.PeerID == "" || one.PeerID != two.PeerID || one.Epoch != two.Epoch {
		t.Errorf("the tabs show %+v and %+v; want one PeerId and one worker", one, two)
	}
	if workers, err := browser.Workers(t.Context()); err != nil || len(workers) != 1 {
		t.Errorf("got workers %v, %v; want one", workers, err)
	}
	var got string
	if eval(t, second, &got, read, cid); got != dropped.Hash {
		t.Errorf("the second tab read bytes with hash %s; want %s", got, dropped.Hash)
	}
	if err := browser.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkMessages(t, browser)

	browser = d.launch(t)
	again := d.open(t, browser)
	eval(t, again, nil, until+`await until('the file', () => document.querySelector('#files a'));`)
	after := look(t, again)
	if after.PeerID != one.PeerID || after.Files[name] != cid {
		t.Errorf("after a restart: got %+v; want PeerId %s and %s", after, one.PeerID, cid)
	}
	if after.Epoch == one.Epoch {
		t.Error("after a restart: the worker is the same, so it did not restart")
	}
	if eval(t, again, &got, read, cid); got != dropped.Hash {
		t.Errorf("after a restart: read bytes with hash %s; want %s", got, dropped.Hash)
	}
	checkMessages(t, browser)
}

// TestAddresses reads files as the elements of a page do.
func TestAddresses(t *testing.T) {
	d := openDemo(t)
	browser := d.launch(t)
	tab := d.open(t, browser)
	eval(t, tab, nil, drop, "file.bin", 12<<20)
	cid := look(t, tab).Files["file.bin"]

	type answer struct {
		Status int    `json:"status"`
		Range  string `json:"range"`
		Type   string `json:"type"`
		Size   int    `json:"size"`
	}
	const request = `
const response = await fetch('ipfs/' + args[0], { headers: args[1] ? { Range: args[1] } : {} });
const { status, headers } = response;
return { status, range: headers.get('Content-Range') ?? '', type: headers.get('Content-Type') ?? '',
	size: (await response.arrayBuffer()).byteLength };`
	for _, test := range []struct {
		name, path, header string
		want               answer
	}{
		{"whole", cid + "?type=video/mp4", "", answer{200, "", "video/mp4", 12 << 20}},
		{"part", cid, "bytes=5-14", answer{206, "bytes 5-14/12582912", "application/octet-stream", 10}},
		{"to the end", cid, "bytes=12582900-", answer{206, "bytes 12582900-12582911/12582912", "application/octet-stream", 12}},
		{"long part is cut", cid, "bytes=1000000-", answer{206, "bytes 1000000-5194303/12582912", "application/octet-stream", 4 << 20}},
		{"past the end", cid, "bytes=12582912-", answer{416, "bytes */12582912", "", 0}},
	} {
		var got answer
		if eval(t, tab, &got, request, test.path, test.header); got != test.want {
			t.Errorf("%s: got %+v; want %+v", test.name, got, test.want)
		}
	}
}

// TestErrorsInWords follows links that lead nowhere.
func TestErrorsInWords(t *testing.T) {
	d := openDemo(t)
	tab := d.open(t, d.launch(t))
	for _, test := range []struct{ name, link, want string }{
		{"not a CID", "#/ipfs/nonsense", "“nonsense” is not a CID. One looks like bafybei… or Qm…"},
		{
			"missing", "#/ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
			"This is not in the node, and no peer that is connected sent it in time.",
		},
	} {
		var got string
		eval(t, tab, &got, until+`
			location.hash = args[0];
			let failure;
			await until('an error', () => failure = document.querySelector('#preview .failure'));
			const text = failure.textContent;
			document.querySelector('#preview-close').click();
			await until('its end', () => !document.querySelector('#preview .failure'));
			return text;`, test.link)
		if got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
}

// A demo is a running server and the profile of the browsers that look at it.
type demo struct{ url, profile string }

func openDemo(t *testing.T) demo {
	t.Helper()
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	dist, err := harness.Dist()
	if err != nil {
		t.Fatal(err)
	}
	peer, err := startPeer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNode(t, peer) })
	server := httptest.NewServer(handler(dist, peer))
	t.Cleanup(server.Close)
	return demo{server.URL + "/", path.Join(t.TempDir(), "profile")}
}

func (d demo) launch(t *testing.T) *harness.Chromium {
	t.Helper()
	browser, err := harness.LaunchChromium(t.Context(), harness.Options{Profile: d.profile})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := browser.Kill(); err != nil {
			t.Error(err)
		}
	})
	return browser
}

// open opens the demo in a tab and waits until it shows the node.
func (d demo) open(t *testing.T, browser harness.Browser) harness.Tab {
	t.Helper()
	tab, err := browser.NewTab(t.Context(), d.url)
	if err != nil {
		t.Fatal(err)
	}
	eval(t, tab, nil, until+`await until('the node', () => document.querySelector('#peer-id'));`)
	return tab
}

func look(t *testing.T, tab harness.Tab) view {
	t.Helper()
	var v view
	eval(t, tab, &v, readView)
	return v
}

func eval(t *testing.T, tab harness.Tab, result any, body string, args ...any) {
	t.Helper()
	if err := tab.Eval(t.Context(), result, body, args...); err != nil {
		t.Fatal(err)
	}
}

// checkMessages fails the test for what pages and workers complained of.
func checkMessages(t *testing.T, browser harness.Browser) {
	t.Helper()
	for _, m := range browser.Messages() {
		if m.Problem() {
			t.Error(m)
		}
	}
}
