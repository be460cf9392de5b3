package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/coder/websocket"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// atOnce is how many operations a tab has under way.
const atOnce = 3

// tab is one page of the load, from when it is opened until its page is gone.
type tab struct {
	id   int
	page harness.Tab
	away bool          // the tab is left with another page
	out  chan task     // what the page is to be told
	gone chan struct{} // closed when the page is

	// The rest is guarded by run.mu.

	here       bool // connected to the driver
	dead       bool // its page is gone, and what it says counts no more
	lone       bool // no part of the load
	me         identity
	failure    string // why it could not connect to the node
	reconnects int
	open       map[int]*operation
	pong       int          // the last ping that it answered
	heard      map[int]bool // numbers
}

// identity is which node in which start of its worker a page talks to.
type identity struct {
	PeerID string `json:"peerId"`
	Epoch  string `json:"epoch"`
}

// task is what a page is told to do.
type task struct {
	ID     int    `json:"id"`
	Do     string `json:"do"`
	Spec   *spec  `json:"spec,omitempty"`
	CID    string `json:"cid,omitempty"`
	Pin    pin    `json:"pin"`
	Number int    `json:"number,omitempty"`
	// Of the Mutable File System: the path, and where it is to be moved.
	Path string `json:"path,omitempty"`
	To   string `json:"to,omitempty"`
}

// news is what a page tells, one thing at a time.
type news struct {
	Connect   *identity `json:"connect"`
	Reconnect *identity `json:"reconnect"`
	Failed    string    `json:"failed"`
	Done      int       `json:"done"`
	Outcome   outcome   `json:"outcome"`
	Pong      int       `json:"pong"`
	Heard     *struct {
		Number   int    `json:"number"`
		From     string `json:"from"`
		Sequence uint64 `json:"sequence,string"`
	} `json:"heard"`
}

// openTab opens a page, in a tab that there is or in a new one.
func (r *run) openTab(ctx context.Context, page harness.Tab, options map[string]any, lone bool) (*tab, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.lastTab++
	t := &tab{
		id: r.lastTab, page: page, lone: lone, out: make(chan task, 64), gone: make(chan struct{}),
		open: map[int]*operation{}, heard: map[int]bool{},
	}
	r.tabs[t.id] = t
	r.mu.Unlock()
	query := url.Values{"tab": {strconv.Itoa(t.id)}, "options": {string(text)}}
	if lone {
		query.Set("lone", "1")
	}
	address := r.server.Origin() + "/page.html?" + query.Encode()
	if page != nil {
		err := page.Navigate(ctx, address)
		if err != nil && strings.Contains(err.Error(), "net::ERR_ABORTED") { // by the one away, which was still under way
			err = page.Navigate(ctx, address)
		}
		return t, err
	}
	t.page, err = r.browser.NewTab(ctx, address)
	return t, err
}

// serve talks with a page until that is gone.
func (r *run) serve(w http.ResponseWriter, req *http.Request) {
	id, err := strconv.Atoi(req.URL.Query().Get("tab"))
	r.mu.Lock()
	t := r.tabs[id]
	r.mu.Unlock()
	if err != nil || t == nil {
		http.NotFound(w, req)
		return
	}
	conn, err := websocket.Accept(w, req, nil)
	if err != nil {
		return // it has answered
	}
	defer conn.CloseNow()
	defer r.leave(t)
	conn.SetReadLimit(1 << 20)
	r.mu.Lock()
	t.here = true
	r.mu.Unlock()
	go t.write(conn)
	for {
		_, text, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		var n news
		if err := json.Unmarshal(text, &n); err != nil {
			r.fault(nil, "tab %d said %s: %v", t.id, text, err)
			return
		}
		r.hear(t, n)
	}
}

func (t *tab) write(conn *websocket.Conn) {
	for {
		select {
		case what := <-t.out:
			text, err := json.Marshal(what)
			if err != nil {
				panic(err)
			}
			if conn.Write(context.Background(), websocket.MessageText, text) != nil {
				return // which the reader notices
			}
		case <-t.gone:
			return
		}
	}
}

// leave takes a page for gone.
func (r *run) leave(t *tab) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.dead {
		return
	}
	t.dead = true
	close(t.gone)
	r.model.history.mark("tab %d is gone", t.id)
	r.model.tabGone(t.id)
}

// hear takes a page's news.
func (r *run) hear(t *tab, n news) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case t.dead:
		return
	case n.Failed != "":
		t.failure = n.Failed
		r.model.history.mark("tab %d could not connect: %s", t.id, n.Failed)
	case n.Connect != nil:
		t.me = *n.Connect
		r.model.history.mark("tab %d is connected: %s", t.id, t.me.Epoch)
	case n.Reconnect != nil:
		t.me = *n.Reconnect
		t.reconnects++
		r.model.history.mark("tab %d is connected again: %s", t.id, t.me.Epoch)
	case n.Pong != 0:
		t.pong = n.Pong
	case n.Heard != nil:
		if t.heard[n.Heard.Number] {
			r.add(fault{text: fmt.Sprintf("tab %d heard %d again", t.id, n.Heard.Number)})
		}
		t.heard[n.Heard.Number] = true
		r.sequence = max(r.sequence, n.Heard.Sequence)
		r.sequences[n.Heard.Number] = n.Heard.Sequence
	default:
		op := t.open[n.Done]
		delete(t.open, n.Done)
		r.ended(t, op, n.Outcome)
	}
	r.feed()
}

// feed gives each page enough to do. It is called with mu held.
func (r *run) feed() {
	for id := 1; id <= r.lastTab; id++ { // in order, for the sake of the seed
		t := r.tabs[id]
		if t == nil || t.dead || t.lone || t.me.Epoch == "" {
			continue
		}
		for r.feeding && len(t.open) < atOnce {
			r.ask(t, r.load.next(t.id))
		}
	}
}

// ask has a page do something. It is called with mu held.
func (r *run) ask(t *tab, op *operation) {
	t.open[op.id] = op
	what := task{ID: op.id, Do: op.do, Pin: op.to, Number: op.number}
	if op.object != nil {
		what.Spec, what.CID = &op.object.spec, op.object.cid
	}
	for i, c := range op.changes {
		if i > 0 {
			what.To = c.place.path
			break
		}
		what.Path = c.place.path
		if c.content != nil {
			what.Spec = c.content
		}
	}
	select {
	case t.out <- what:
	default:
		panic("torture: a page was asked for too much")
	}
}

// losses are the codes of calls that ended with their worker, or because their
// page was put aside.
var losses = map[string]bool{
	"worker-restarted": true, "worker-moved": true, "worker-crashed": true, "worker-failed": true,
	"closing": true, "disconnected": true,
}

// ended takes the end of an operation. It is called with mu held.
func (r *run) ended(t *tab, op *operation, out outcome) {
	if out.Code == "" {
		r.add(r.model.acknowledge(op, out)...)
		r.done++
		if r.awaited--; r.awaited == 0 {
			close(r.enough)
		}
		return
	}
	r.model.fail(op, out.Code)
	switch {
	case losses[out.Code] && r.killing:
	case out.Code == "not-found" && (op.collected || op.do == doRead):
	default:
		r.add(fault{op.about(), fmt.Sprintf("tab %d: %v failed: %s: %s", t.id, op, out.Code, out.Message)})
	}
}
