package main

import (
	"path"
	"slices"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// enter joins the room under the name args[0].
const enter = until + `
const form = document.querySelector('#join');
const join = form.querySelector('button');
await until('the node', () => !join.disabled);
document.querySelector('#join-name').value = args[0];
join.click();
await until('the room', () => document.querySelector('#people li'));`

// meet waits until somebody with the name args[0] is listed.
const meet = until + `
await until(args[0] + ' to be here', () => [...document.querySelectorAll('#people .name')]
  .some((name) => name.textContent === args[0]));`

// say sends args[0] to all, or to args[1] alone.
const say = `
if (args[1]) {
  document.querySelector('#people button[aria-label="Message ' + args[1] + ' alone"]').click();
}
document.querySelector('#text').value = args[0];
document.querySelector('#compose').requestSubmit();`

// hear waits for a message of args[0] and returns to whom it was said.
const hear = until + `
let message;
await until(args[1], () => message = [...document.querySelectorAll('.message')]
  .find((item) => item.querySelector('.by strong').textContent === args[0] &&
    item.querySelector('.words')?.textContent === args[1]));
return message.querySelector('.to')?.textContent ?? '';`

// share drops a file of args[1] bytes that do not compress, and returns their
// hash when it was sent.
const share = until + `
const [name, size] = args;
const bytes = new Uint32Array(size / 4);
for (let i = 0, x = 1; i < bytes.length; i++) {
  x ^= x << 13; x ^= x >>> 17; x ^= x << 5;
  bytes[i] = x;
}
const transfer = new DataTransfer();
transfer.items.add(new File([bytes], name));
document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
await until('the file to be sent', () =>
  document.querySelector('.message:not(.pending) .shared[data-state="kept"]'));
return hash(bytes);` + hash

// receive fetches the only file in the room, and returns its CID, what its progress
// showed on the way and the hash of what came.
const receive = until + `
let card;
await until('the file', () => card = document.querySelector('.shared[data-state="offered"]'));
const bar = card.querySelector('progress');
const progress = new Set();
const watch = new MutationObserver(() => progress.add(bar.position));
watch.observe(bar, { attributes: true });
card.querySelector('button').click();
await until('all of it', () => {
  if (card.dataset.state === 'failed') throw new Error(card.innerText);
  return card.dataset.state === 'kept';
});
watch.disconnect();
const response = await fetch('ipfs/' + card.dataset.cid);
if (!response.ok) throw new Error(await response.text());
return { progress: [...progress], hash: await hash(await response.arrayBuffer()) };` + hash

// relayed waits until the only peer behind a relay has answered a ping, and
// returns its name; and the curve of traffic has come to show something.
const relayed = until + `
let row;
await until('a peer behind the relay', () => {
  row = document.querySelector('#peers [data-relayed=true]');
  return row?.querySelector('.latency').textContent.endsWith('ms');
});
await until('the traffic', () => /[1-9]/.test(document.querySelector('#traffic .line.in').getAttribute('d')));
return row.querySelector('.name').textContent;`

// gone waits until nobody but this tab is listed and the last note is args[0].
const gone = until + `
await until('the other to leave', () => document.querySelectorAll('#people li').length === 1);
await until(args[0], () => [...document.querySelectorAll('.note')].at(-1).textContent === args[0]);`

// TestRoom is what the room is for: two browsers meet in it, through the demo's
// peer, talk to all and to one, and a file goes from one to the other.
func TestRoom(t *testing.T) {
	d := openDemo(t)
	other := demo{d.url, path.Join(t.TempDir(), "other profile")}
	first, second := d.launch(t), other.launch(t)
	ada, grace := d.enterRoom(t, first, "Ada"), other.enterRoom(t, second, "Grace")
	eval(t, ada, nil, meet, "Grace")
	eval(t, grace, nil, meet, "Ada")

	var to string
	eval(t, ada, nil, say, "hello, all", "")
	if eval(t, grace, &to, hear, "Ada", "hello, all"); to != "" {
		t.Errorf("what Ada said to all came as said %q", to)
	}
	eval(t, grace, nil, say, "a word with you", "Ada")
	if eval(t, ada, &to, hear, "Grace", "a word with you"); to != "to you alone" {
		t.Errorf("what Grace said to Ada alone came as said %q; want %q", to, "to you alone")
	}

	var sent string
	eval(t, ada, &sent, share, "five.bin", 5<<20)
	var got struct {
		Progress []float64 `json:"progress"`
		Hash     string    `json:"hash"`
	}
	eval(t, grace, &got, receive)
	if got.Hash != sent {
		t.Errorf("Grace got bytes with hash %s; want %s", got.Hash, sent)
	}
	if !slices.ContainsFunc(got.Progress, func(share float64) bool { return share > 0 && share < 1 }) {
		t.Errorf("the progress bar showed %v; want a value on the way", got.Progress)
	}
	var name string
	if eval(t, grace, &name, relayed); name != "Ada" {
		t.Errorf("the peer behind the relay is shown as %q; want Ada", name)
	}

	if err := ada.Close(); err != nil {
		t.Fatal(err)
	}
	eval(t, grace, nil, gone, "Ada left")
	checkMessages(t, first)
	checkMessages(t, second)
}

// TestRoomAfterCrash ends the node of one of two who talk. The page comes back
// into the room by itself.
func TestRoomAfterCrash(t *testing.T) {
	d := openDemo(t)
	other := demo{d.url, path.Join(t.TempDir(), "other profile")}
	first, second := d.launch(t), other.launch(t)
	holder := d.open(t, first) // the worker lives in its process
	ada, grace := d.enterRoom(t, first, "Ada"), other.enterRoom(t, second, "Grace")
	eval(t, ada, nil, meet, "Grace")
	eval(t, grace, nil, meet, "Ada")
	if err := holder.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	eval(t, ada, nil, until+`await until('the room again', () => [...document.querySelectorAll('.note')]
		.some((note) => note.textContent.startsWith('Back in the room')));`)
	eval(t, ada, nil, meet, "Grace")
	eval(t, grace, nil, until+`await until('Ada once', () => document.querySelectorAll('#people li').length === 2);`)
	eval(t, grace, nil, meet, "Ada")
	eval(t, ada, nil, say, "back again", "")
	eval(t, grace, nil, hear, "Ada", "back again")
	eval(t, grace, nil, say, "welcome", "Ada")
	eval(t, ada, nil, hear, "Grace", "welcome")
}

func (d demo) enterRoom(t *testing.T, browser harness.Browser, name string) harness.Tab {
	t.Helper()
	tab, err := browser.NewTab(t.Context(), d.url+"room.html#a%20test")
	if err != nil {
		t.Fatal(err)
	}
	eval(t, tab, nil, enter, name)
	return tab
}
