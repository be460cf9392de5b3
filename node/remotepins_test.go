package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

const token = "t0ps3cret+token/=="

// pinAPI is a pinning service in memory, as the API's specification has it: the
// server of others that it is also tested with is in testing/interop.
type pinAPI struct {
	t         testing.TB
	delegates []string

	mu       sync.Mutex // guards following
	requests []map[string]any
	asked    []*http.Request
	polls    int // until what is queued is pinned; below zero it fails
}

func startPinAPI(t testing.TB) (*pinAPI, string) {
	t.Helper()
	api := &pinAPI{t: t}
	s := httptest.NewServer(http.StripPrefix("/api/v1", api))
	t.Cleanup(s.Close)
	return api, s.URL + "/api/v1"
}

func (a *pinAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r)
	if r.Header.Get("Authorization") != "Bearer "+token {
		w.WriteHeader(401)
		fmt.Fprintf(w, `{"error":{"reason":"UNAUTHORIZED","details":"no: %s"}}`, r.Header.Get("Authorization"))
		return
	}
	id := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/pins"), "/")
	at := slices.IndexFunc(a.requests, func(m map[string]any) bool { return m["requestid"] == id })
	switch {
	case r.Method == "POST" && id == "":
		var pin map[string]any
		if err := json.NewDecoder(r.Body).Decode(&pin); err != nil {
			a.t.Error(err)
		}
		made := map[string]any{
			"requestid": fmt.Sprintf("id/%d", len(a.requests)), "status": "queued", "pin": pin, "delegates": a.delegates, "info": map[string]string{},
			"created": time.Unix(1_700_000_000+int64(len(a.requests)), 5).UTC().Format(time.RFC3339Nano),
		}
		a.requests = append(a.requests, made)
		w.WriteHeader(202)
		_ = json.NewEncoder(w).Encode(made)
	case id != "" && at < 0:
		w.WriteHeader(404)
	case r.Method == "DELETE":
		a.requests = slices.Delete(a.requests, at, at+1)
		w.WriteHeader(202)
	case id != "":
		switch {
		case a.polls > 0:
			a.polls--
		case a.polls < 0:
			a.requests[at]["status"] = "failed"
		default:
			a.requests[at]["status"] = "pinned"
		}
		_ = json.NewEncoder(w).Encode(a.requests[at])
	default:
		a.list(w, r)
	}
}

// list answers with a page of at most 3, the newest first.
func (a *pinAPI) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var found []map[string]any
	for _, m := range slices.Backward(a.requests) {
		pin := m["pin"].(map[string]any)
		in := func(list, value string) bool { return list == "" || slices.Contains(strings.Split(list, ","), value) }
		name, _ := pin["name"].(string)
		if in(q.Get("status"), m["status"].(string)) && in(q.Get("cid"), pin["cid"].(string)) && (q.Get("name") == "" || q.Get("name") == name) &&
			(q.Get("before") == "" || m["created"].(string) < q.Get("before")) {
			found = append(found, m)
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"count": len(found), "results": found[:min(len(found), 3)]})
}

// remoteNode returns a node that knows a service "s", and what it logs.
func remoteNode(t testing.TB, endpoint string) (*node.Node, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	cfg := dialOnlyConfig()
	cfg.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	n := newNode(t, cfg)
	must(t, n.PinRemoteServiceAdd(t.Context(), nodeapi.RemoteServiceAdd{Service: "s", Endpoint: endpoint, Key: token}))
	return n, &log
}

func remoteList(ctx context.Context, n *node.Node, req nodeapi.RemotePinQuery) ([]nodeapi.RemotePin, error) {
	req.Service = "s"
	var pins []nodeapi.RemotePin
	for p, err := range n.PinRemoteList(ctx, req) {
		if err != nil {
			return pins, err
		}
		pins = append(pins, p)
	}
	return pins, nil
}

var helloCID = cid.MustParse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")

func TestRemotePins(t *testing.T) {
	api, url := startPinAPI(t)
	delegate := newNode(t, onlineConfig())
	api.delegates = []string{addressOf(t, delegate), "/ip4/127.0.0.1/udp/1/quic-v1/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5", "nonsense"}
	api.polls = 1
	n, _ := remoteNode(t, url+"/")
	pin, err := n.PinRemoteAdd(within(t), nodeapi.RemotePinAdd{Cid: helloCID, Service: "s", Name: "n", Origins: []string{"/ip4/127.0.0.1/tcp/1/ws"}})
	if want := (nodeapi.RemotePin{Cid: helloCID, Name: "n", Status: "pinned"}); err != nil || pin != want {
		t.Fatalf("PinRemoteAdd: got %+v, %v; want %+v", pin, err, want)
	}
	eventually(t, "a connection to the delegate", func() bool {
		peers, err := delegate.SwarmPeers(t.Context(), nodeapi.SwarmPeersRequest{})
		return err == nil && len(peers) == 1
	})
	for i := range 7 {
		name := fmt.Sprint("m", i%2)
		_, err := n.PinRemoteAdd(within(t), nodeapi.RemotePinAdd{Cid: helloCID, Service: "s", Name: name, Background: true})
		must(t, err)
	}
	for _, c := range []struct {
		name string
		req  nodeapi.RemotePinQuery
		want int
	}{
		{"what is pinned", nodeapi.RemotePinQuery{}, 1},
		{"pages", nodeapi.RemotePinQuery{Status: []string{"queued", "pinned"}}, 8},
		{"by name", nodeapi.RemotePinQuery{Name: "m0", Status: []string{"queued"}}, 4},
		{"by CID", nodeapi.RemotePinQuery{Cids: []cid.Cid{helloCID}}, 1},
		{"by another CID", nodeapi.RemotePinQuery{Cids: []cid.Cid{cid.MustParse("bafkqaaa")}}, 0},
	} {
		if pins, err := remoteList(within(t), n, c.req); err != nil || len(pins) != c.want {
			t.Errorf("%s: got %+v, %v; want %d", c.name, pins, err, c.want)
		}
	}
	wantStat := nodeapi.RemotePinCount{Queued: 7, Pinned: 1}
	for s, err := range n.PinRemoteServiceList(within(t), true) {
		if err != nil || s.Service != "s" || s.Endpoint != url || s.Stat.Status != "valid" || *s.Stat.PinCount != wantStat {
			t.Errorf("PinRemoteServiceList: got %+v, %v", s, err)
		}
	}
	queued := nodeapi.RemotePinQuery{Service: "s", Status: []string{"queued"}}
	wantCode(t, "more than one", n.PinRemoteRemove(within(t), queued), nodeapi.CodeManyPins)
	queued.All = true
	must(t, n.PinRemoteRemove(within(t), queued))
	must(t, n.PinRemoteRemove(within(t), nodeapi.RemotePinQuery{Service: "s", Name: "n"}))
	must(t, n.PinRemoteRemove(within(t), nodeapi.RemotePinQuery{Service: "s", Name: "n"}))
	if len(api.requests) != 0 {
		t.Errorf("%d requests are left", len(api.requests))
	}
}

func TestRemotePinFails(t *testing.T) {
	api, url := startPinAPI(t)
	api.polls = -1
	n, _ := remoteNode(t, url)
	_, err := n.PinRemoteAdd(within(t), nodeapi.RemotePinAdd{Cid: helloCID, Service: "s"})
	wantCode(t, "PinRemoteAdd", err, nodeapi.CodePinFailed, "service", "s", "cid", helloCID.String())
	api.polls = 1 << 30
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err = n.PinRemoteAdd(ctx, nodeapi.RemotePinAdd{Cid: helloCID, Service: "s"}); err != context.DeadlineExceeded {
		t.Errorf("got %v; want what ended it", err)
	}
}

// A token is kept, and told to the service alone.
func TestTokens(t *testing.T) {
	_, url := startPinAPI(t)
	n, log := remoteNode(t, url)
	must(t, n.PinRemoteServiceAdd(t.Context(), nodeapi.RemoteServiceAdd{Service: "wrong", Endpoint: url, Key: "another+secret"}))
	_, err := n.PinRemoteAdd(within(t), nodeapi.RemotePinAdd{Cid: helloCID, Service: "wrong"})
	wantCode(t, "a token that is wrong", err, nodeapi.CodeUnauthorized)
	var told strings.Builder
	fmt.Fprintf(&told, "%v %+v", err, err)
	for s, err := range n.PinRemoteServiceList(within(t), true) {
		fmt.Fprintf(&told, "%+v %+v %v", s, s.Stat, err)
		if want := map[string]string{"s": "valid", "wrong": "invalid"}[s.Service]; s.Stat.Status != want {
			t.Errorf("%s is %s; want %s", s.Service, s.Stat.Status, want)
		}
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	must(t, n.PinRemoteServiceAdd(t.Context(), nodeapi.RemoteServiceAdd{Service: "gone", Endpoint: gone.URL, Key: token}))
	_, err = n.PinRemoteAdd(within(t), nodeapi.RemotePinAdd{Cid: helloCID, Service: "gone"})
	wantCode(t, "a service that is gone", err, nodeapi.CodeHTTPUnreachable)
	fmt.Fprint(&told, err)
	err = n.PinRemoteServiceAdd(t.Context(), nodeapi.RemoteServiceAdd{Service: "bad", Endpoint: url, Key: token + " x"})
	wantCode(t, "a token with a space", err, nodeapi.CodeInvalidOption)
	fmt.Fprintf(&told, "%v %+v", err, err)
	for _, secret := range []string{token, "another+secret"} {
		if strings.Contains(told.String(), secret) || strings.Contains(log.String(), secret) {
			t.Errorf("a token was told: %s\n%s", told.String(), log.String())
		}
	}
}

// Whatever a service answers is an error with a code, and nothing is followed.
func TestBadServices(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed, with %q", r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	pinned := fmt.Sprintf(`{"requestid":"1","status":"pinned","created":"2026-01-01T00:00:00Z","pin":{"cid":%q}}`, helloCID)
	for _, c := range []struct {
		name string
		stat int
		body string
		want nodeapi.Code
	}{
		{"an error", 500, `{"error":{"reason":"BROKEN","details":"` + token + strings.Repeat(" words", 1000) + `"}}`, nodeapi.CodeHTTPRefused},
		{"a full queue", 409, `{"error":{"reason":"FULL"}}`, nodeapi.CodeHTTPRefused},
		{"a refusal", 403, `no`, nodeapi.CodeUnauthorized},
		{"a redirect", 307, ``, nodeapi.CodeHTTPRefused},
		{"a page", 200, `<html>` + token, nodeapi.CodeHTTPMalformed},
		{"nothing", 200, ``, nodeapi.CodeHTTPMalformed},
		{"a huge answer", 200, `{"results":[` + strings.Repeat(" ", 5<<20), nodeapi.CodeHTTPMalformed},
		{"a pin without a CID", 200, `{"requestid":"1","status":"pinned","pin":{},"results":[{"requestid":"1","status":"pinned","pin":{}}]}`, nodeapi.CodeHTTPMalformed},
		{"a status that is none", 200, strings.ReplaceAll(pinned, "pinned", "lost"), nodeapi.CodeHTTPMalformed},
		{"numbers for text", 200, `{"requestid":1}`, nodeapi.CodeHTTPMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", elsewhere.URL)
				w.WriteHeader(c.stat)
				_, _ = w.Write([]byte(c.body))
			}))
			defer s.Close()
			n, log := remoteNode(t, s.URL)
			_, err := n.PinRemoteAdd(within(t), nodeapi.RemotePinAdd{Cid: helloCID, Service: "s"})
			wantCode(t, "PinRemoteAdd", err, c.want)
			if text := fmt.Sprintf("%v %+v %s", err, err, log); strings.Contains(text, token) || len(text) > 4000 {
				t.Errorf("the error tells the token, or goes on and on: %.2000s", text)
			}
		})
	}
	t.Run("pages without end", func(t *testing.T) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"count":1000,"results":[%s]}`, pinned)
		}))
		defer s.Close()
		n, _ := remoteNode(t, s.URL)
		_, err := remoteList(within(t), n, nodeapi.RemotePinQuery{})
		wantCode(t, "PinRemoteList", err, nodeapi.CodeHTTPMalformed)
	})
}

func TestBadRemotePins(t *testing.T) {
	api, url := startPinAPI(t)
	n, _ := remoteNode(t, url)
	for what, req := range map[string]nodeapi.RemoteServiceAdd{
		"no URL":        {Service: "t", Endpoint: "pins.example", Key: "k"},
		"http":          {Service: "t", Endpoint: "http://pins.example", Key: "k"},
		"a query":       {Service: "t", Endpoint: "https://pins.example?a=b", Key: "k"},
		"the pins path": {Service: "t", Endpoint: "https://pins.example/pins", Key: "k"},
		"a password":    {Service: "t", Endpoint: "https://u:p@pins.example", Key: "k"},
	} {
		wantCode(t, what, n.PinRemoteServiceAdd(t.Context(), req), nodeapi.CodeInvalidURL)
	}
	wantCode(t, "no token", n.PinRemoteServiceAdd(t.Context(), nodeapi.RemoteServiceAdd{Service: "t", Endpoint: url}), nodeapi.CodeInvalidOption)
	wantCode(t, "a name that is taken", n.PinRemoteServiceAdd(t.Context(), nodeapi.RemoteServiceAdd{Service: "s", Endpoint: url, Key: "k"}), nodeapi.CodeServiceExists)
	for what, c := range map[string]struct {
		req  nodeapi.RemotePinAdd
		want nodeapi.Code
	}{
		"no such service": {nodeapi.RemotePinAdd{Cid: helloCID, Service: "t"}, nodeapi.CodeNoSuchService},
		"no CID":          {nodeapi.RemotePinAdd{Service: "s"}, nodeapi.CodeInvalidCID},
		"no address":      {nodeapi.RemotePinAdd{Cid: helloCID, Service: "s", Origins: []string{"x"}}, nodeapi.CodeInvalidAddress},
		"21 addresses":    {nodeapi.RemotePinAdd{Cid: helloCID, Service: "s", Origins: slices.Repeat([]string{"/ip4/1.1.1.1"}, 21)}, nodeapi.CodeInvalidOption},
	} {
		_, err := n.PinRemoteAdd(within(t), c.req)
		wantCode(t, what, err, c.want)
	}
	for what, req := range map[string]nodeapi.RemotePinQuery{
		"a status": {Status: []string{"lost"}}, "11 CIDs": {Cids: slices.Repeat([]cid.Cid{helloCID}, 11)}, "a name": {Name: strings.Repeat("n", 256)},
	} {
		_, err := remoteList(within(t), n, req)
		wantCode(t, what, err, nodeapi.CodeInvalidOption)
	}
	_, err := remoteList(nodeapi.WithOffline(within(t)), n, nodeapi.RemotePinQuery{})
	wantCode(t, "offline", err, nodeapi.CodeOffline)
	if len(api.asked) != 0 {
		t.Errorf("the service was asked %d times", len(api.asked))
	}
	must(t, n.PinRemoteServiceRemove(t.Context(), "s"))
	must(t, n.PinRemoteServiceRemove(t.Context(), "s"))
	_, err = remoteList(within(t), n, nodeapi.RemotePinQuery{})
	wantCode(t, "a service that was forgotten", err, nodeapi.CodeNoSuchService)
}
