package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// heard is what a page collected of a topic.
type heard struct {
	Texts []string `json:"texts"`
	Lost  int      `json:"lost"`
}

const publish = "for (let i = args[1]; i < args[2]; i++) await node.pubsub.publish(args[0], `${i}`)"

// counting gives the texts of the messages that publish sends.
func counting(from, to int) (texts []string) {
	for i := from; i < to; i++ {
		texts = append(texts, strconv.Itoa(i))
	}
	return texts
}

// hears waits until the page has heard texts, and then fails the test unless it
// is these in their order.
func (t *tab) hears(want []string) {
	t.w.t.Helper()
	var got heard
	t.w.eventually(fmt.Sprintf("the page hears %d messages", len(want)), func() bool {
		t.do(&got, "return heard")
		return len(got.Texts)+got.Lost >= len(want)
	})
	if !slices.Equal(got.Texts, want) || got.Lost != 0 {
		t.w.t.Errorf("heard %d messages, %d lost: %.200q; want %d", len(got.Texts), got.Lost, got.Texts, len(want))
	}
}

func TestEachTabHearsEachMessageOnce(t *testing.T) {
	native, _, addr := newPeer(t)
	w := sharedWorld(t)
	first, second := w.tab(), w.tab()
	first.do(nil, "await node.swarm.connect(args[0])", addr)
	for _, tab := range []*tab{first, second} {
		tab.do(nil, "globalThis.heard = await listen('topic')")
	}
	w.eventually("the peer knows who listens", func() bool {
		peers, err := native.PubSubPeers(t.Context(), "topic")
		return err == nil && len(peers) == 1
	})

	// From the peer, then from each tab, whose own messages come back to it.
	for _, text := range counting(0, 50) {
		if err := native.Publish(t.Context(), "topic", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	first.hears(counting(0, 50))
	second.hears(counting(0, 50))
	first.do(nil, publish, "topic", 50, 70)
	first.hears(counting(0, 70))
	second.hears(counting(0, 70))

	second.close()
	first.do(nil, publish, "topic", 70, 80)
	first.hears(counting(0, 80))
	var topics []string
	first.do(&topics, "await node.pubsub.unsubscribe('topic'); return node.pubsub.ls()")
	if len(topics) != 0 {
		t.Errorf("the node still listens to %q", topics)
	}
}

func TestASlowTabLosesItsOwnMessages(t *testing.T) {
	w := sharedWorld(t)
	fast, slow := w.tab(), w.tab()
	fast.do(nil, "globalThis.heard = await listen('topic', {queue: 4096})")
	slow.do(nil, "globalThis.heard = await listen('topic', {queue: 16})")
	// A page takes no messages as long as its script runs. It begins when
	// told: WebKit's driver would not return from a call that it begins in.
	begin := make(chan struct{})
	w.server.HandleFunc("/begin", func(http.ResponseWriter, *http.Request) { <-begin })
	var quick, late heard
	sent := 0
	// How long the script has to run depends on how busy the machine is.
	for seconds := 2; late.Lost == 0 && seconds <= 64; seconds *= 2 {
		slow.do(nil, "fetch('/begin').then(() => { const end = Date.now() + args[0] * 1000; while (Date.now() < end); })", seconds)
		begin <- struct{}{}
		fast.do(nil, `
			const pad = ' '.repeat(64 * 1024)
			for (let i = args[0]; i < args[1]; i++) await node.pubsub.publish('topic', i + pad)`, sent, sent+200)
		sent += 200
		quick, late = fast.hearsOrLoses(sent), slow.hearsOrLoses(sent)
	}
	if quick.Lost != 0 || late.Lost == 0 {
		t.Errorf("the slow tab lost %d and the other one %d", late.Lost, quick.Lost)
	}
	for _, got := range []heard{quick, late} {
		if !ascending(got.Texts) || got.Texts[len(got.Texts)-1] != strconv.Itoa(sent-1) {
			t.Errorf("the messages are out of order, or do not end with the last: %.200q", got.Texts)
		}
	}
}

// hearsOrLoses waits until the page has heard of so many messages.
func (t *tab) hearsOrLoses(count int) (got heard) {
	t.w.t.Helper()
	t.w.eventually("every message is heard or counted", func() bool {
		t.do(&got, "return {texts: heard.texts.map(text => text.trim()), lost: heard.lost}")
		return len(got.Texts)+got.Lost >= count
	})
	if len(got.Texts)+got.Lost != count {
		t.w.t.Errorf("%d heard and %d lost; want %d in all", len(got.Texts), got.Lost, count)
	}
	return got
}

func ascending(texts []string) bool {
	return slices.IsSortedFunc(texts, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
}

func TestSubscriptionsComeBackAfterACrash(t *testing.T) {
	need(t, harness.PowerCrash)
	w := sharedWorld(t)
	w.allow("the process ended")
	holder := w.tab()
	other := w.tab()
	other.do(nil, `
		globalThis.heard = await listen('topic')
		globalThis.reconnected = new Promise(resolve => node.addEventListener('reconnect', resolve))`)
	other.do(nil, publish, "topic", 0, 5)
	other.hears(counting(0, 5))
	if err := holder.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	other.do(nil, "await reconnected")
	w.eventually("the node listens again", func() bool {
		var topics []string
		other.do(&topics, "return node.pubsub.ls()")
		return len(topics) == 1
	})
	other.do(nil, publish, "topic", 5, 10)
	other.hears(counting(0, 10))
}

func TestTopicsThatAreNotTaken(t *testing.T) {
	w := sharedWorld(t)
	page := w.page()
	page.do(nil, "await open({config: {topics: ['mine', 'our*']}})")
	for _, test := range []struct{ topic, code string }{
		{"mine", ""},
		{"ours", ""},
		{"theirs", "topic-not-allowed"},
		{"", "invalid-topic"},
	} {
		for _, call := range []string{"node.pubsub.subscribe(args[0], () => {})", "node.pubsub.publish(args[0], 'x')"} {
			var code string
			page.do(&code, "return "+call+".then(() => '', error => error.code)", test.topic)
			if code != test.code {
				t.Errorf("%s of %q: got code %q; want %q", call, test.topic, code, test.code)
			}
		}
	}
	thrown := page.thrown("await node.pubsub.publish('mine', new Uint8Array(8 * MiB))")
	if thrown.Code != "message-too-large" {
		t.Errorf("a message of 8 MiB: got code %q", thrown.Code)
	}
}

func TestAPageThatWasPutAsideListensAgain(t *testing.T) {
	only(t, harness.EngineChromium, "others do not always keep a page that one may go back to")
	w := newWorld(t)
	keeper, aside := w.tab(), w.tab()
	aside.do(nil, "globalThis.heard = await listen('topic')")
	aside.do(nil, "setTimeout(() => { location.href = '/page.html?other' }, 200)")
	w.eventually("the page has let the worker go", func() bool { return keeper.sessions() == 1 })
	keeper.do(nil, publish, "topic", 0, 5)
	aside.do(nil, "setTimeout(() => history.back(), 200)")
	w.eventually("the node listens again", func() (listens bool) {
		keeper.do(&listens, "return (await node.pubsub.ls()).length === 1")
		return listens
	})
	keeper.do(nil, publish, "topic", 5, 10)
	aside.hears(counting(5, 10))
}
