package main

import (
	"slices"
	"strings"
	"testing"
)

// missing is the CID of a file that nobody has.
const missing = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

// attack says things that no page says, each in args[0], a string, or bytes, or
// if it is an object as JSON; and then much at once.
const attack = `
const { connect } = await import('./sharednode/index.min.js');
const { enter, topicOf } = await import('./room/talk.js');
const [messages, flood] = args;
const node = await connect({ onConflict: 'join' });
const nothing = () => {};
const on = { ready: nothing, joined: nothing, left: nothing, message: nothing, dropped: nothing };
const room = enter(node, topicOf('a test'), on);
await room.joined;
for (const message of messages) {
  await room.broadcast(typeof message === 'string' ? message
    : message instanceof Array ? new Uint8Array(message) : JSON.stringify(message));
}
for (let i = 0; i < flood; i++) {
  await room.broadcast(JSON.stringify({ type: 'text', name: 'Flood', text: 'flood ' + i }));
}`

// heard returns what the log shows, and how many elements it has that only a
// message could have brought in.
const heard = until + `
await until('the flood to be held', () => [...document.querySelectorAll('.note')]
  .some((note) => note.textContent.includes('too much at once')));
const bodies = [...document.querySelectorAll('.message .words, .shared .title')];
return {
  texts: bodies.map((body) => body.textContent),
  names: [...document.querySelectorAll('.message .by strong')].map((name) => name.textContent),
  strange: document.querySelectorAll('#log :is(img, b, script, a)').length,
};`

// giveUp asks for the file that nobody has, and cancels.
const giveUp = until + `
const card = document.querySelector('.shared');
const press = (label) => [...card.querySelectorAll('button')]
  .find((button) => button.textContent === label).click();
press('Get');
await until('the search', () => card.dataset.state === 'fetching');
press('Cancel');
await until('its end', () => card.dataset.state === 'offered');`

// TestRoomBadInput says to a page what it does not expect.
func TestRoomBadInput(t *testing.T) {
	d := openDemo(t)
	browser := d.launch(t)
	ada, mallory := d.enterRoom(t, browser, "Ada"), d.open(t, browser)
	long := strings.Repeat("x", 300_000)
	messages := []any{
		[]int{0xff, 0xfe, 0x80},
		"plain text",
		"[1]",
		"null",
		map[string]any{"type": "text", "name": "<b>Mallory</b>", "text": "<img src=x>"},
		map[string]any{"type": "text", "name": "\u0000", "text": 5},
		map[string]any{"type": "file", "cid": "nonsense", "file": "a"},
		map[string]any{"type": "file", "cid": missing, "file": "cod\u202egnp.exe\n", "size": -5},
		long,
	}
	eval(t, mallory, nil, attack, messages, 100)

	var got struct {
		Texts   []string `json:"texts"`
		Names   []string `json:"names"`
		Strange int      `json:"strange"`
	}
	eval(t, ada, &got, heard)
	for _, want := range []string{
		"\ufffd\ufffd\ufffd", "plain text", "[1]", "null", "<img src=x>",
		`{"name":"\u0000","text":5,"type":"text"}`,
		`{"cid":"nonsense","file":"a","type":"file"}`,
		"cod gnp.exeof unknown size",
	} {
		if !slices.Contains(got.Texts, want) {
			t.Errorf("the log has no %q; it has %.100q", want, got.Texts)
		}
	}
	for _, text := range got.Texts {
		if len(text) > 2000 {
			t.Errorf("a text of %d bytes is shown in full", len(text))
		}
	}
	if !slices.Contains(got.Names, "<b>Mallory</b>") {
		t.Errorf("the names shown are %q; want Mallory's as it was said", got.Names)
	}
	if got.Strange > 0 {
		t.Errorf("messages brought %d elements into the page", got.Strange)
	}
	if len(got.Texts) > 60 {
		t.Errorf("%d messages of one member are shown at once", len(got.Texts))
	}
	eval(t, ada, nil, giveUp)
	eval(t, ada, nil, say, "still here", "")
	eval(t, ada, nil, hear, "You", "still here")
	checkMessages(t, browser)
}
