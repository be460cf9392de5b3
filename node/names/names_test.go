package names_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ipfs/boxo/ipns"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/names"
)

func TestPublishAndResolve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		router := newMemory("https://a.example")
		w, other := newWorld(t, router), newWorld(t, router)
		w.mustPublish(one, names.Publishing{})
		name := "/ipns/" + w.name.String()
		w.wantResolved(name, one, names.Options{})
		other.wantResolved(name, one, names.Options{})
		other.wantResolved(w.name.Peer().String()+"/a/b", one+"/a/b", names.Options{})
		w.mustPublish(two, names.Publishing{})
		other.wantResolved(name, one, names.Options{}) // as long as the record's TTL allows
		other.wantResolved(name, two, names.Options{NoCache: true})
		time.Sleep(6 * time.Minute)
		other.wantResolved(name, two, names.Options{})
	})
}

// Sequence numbers grow with each other value, from one start to the next, and
// past what others published with the same key.
func TestSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		router := newMemory("https://a.example")
		w := newWorld(t, router)
		want := func(what string, n uint64) {
			t.Helper()
			if got := sequence(t, router.record(w.name)); got != n {
				t.Errorf("%s: got sequence %d; want %d", what, got, n)
			}
		}
		w.mustPublish(one, names.Publishing{})
		want("the first", 0)
		time.Sleep(time.Second)
		w.mustPublish(one, names.Publishing{})
		want("the same value", 0)
		w.mustPublish(two, names.Publishing{})
		want("another value", 1)
		w.restart()
		w.mustPublish(one, names.Publishing{})
		want("after a restart", 2)
		w.mustPublish(one, names.Publishing{Lifetime: time.Hour})
		want("the same value for a shorter time", 3)
		router.set(w.name, signed(t, w.self, one, 41, time.Hour))
		w.mustPublish(two, names.Publishing{})
		want("past another node with the same key", 42)
	})
}

func TestPublishWithoutRouters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		wantCode(t, "no router", w.publish(w.self, one, names.Publishing{}), nodeapi.CodeNoRouter)
		_, err := w.resolved(w.name.String(), names.Options{})
		wantCode(t, "a name without a record", err, nodeapi.CodeNoRouter)
		w.mustPublish(one, names.Publishing{AllowOffline: true})
		w.restart()
		w.wantResolved(w.name.String(), one, names.Options{Offline: true})
		w.wantResolved(w.name.String(), one, names.Options{})

		// Once there is a router it is told.
		router := newMemory("https://a.example")
		w.setRouters(router)
		w.Wake()
		time.Sleep(2 * time.Minute)
		if router.record(w.name) == nil {
			t.Error("a router that came later has no record")
		}
	})
}

// One router that works is enough; what none takes is an error, is kept, and is
// put again with growing pauses until one takes it.
func TestBrokenRouters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, hanging := newMemory("https://broken.example"), newMemory("https://hanging.example")
		broken.become(nodeapi.Errorf(nodeapi.CodeHTTPRefused, nil, "broken"), 0)
		hanging.become(nil, time.Hour)
		w := newWorld(t, broken, hanging, newMemory("https://a.example"))
		w.mustPublish(one, names.Publishing{})

		w.setRouters(broken)
		wantCode(t, "no router that works", w.publish(w.self, two, names.Publishing{}), nodeapi.CodeHTTPRefused)
		w.mustPublish(two, names.Publishing{AllowOffline: true})
		w.wantResolved(w.name.String(), two, names.Options{Offline: true})

		before := broken.countPuts()
		time.Sleep(3 * time.Hour)
		tries := broken.countPuts() - before
		if tries < 5 || tries > 12 {
			t.Errorf("in three hours it was tried %d times; want fewer and fewer", tries)
		}
		broken.become(nil, 0)
		time.Sleep(2 * time.Hour)
		if rec := broken.record(w.name); rec == nil {
			t.Error("a router that works again has no record")
		}
	})
}

// A record is renewed before it ends, at every router, for as long as it was
// asked to live.
func TestRenewal(t *testing.T) {
	for _, lifetime := range []time.Duration{48 * time.Hour, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			router := newMemory("https://a.example")
			w := newWorld(t, router)
			w.mustPublish(one, names.Publishing{Lifetime: lifetime})
			key, err := w.keys.Gen(t.Context(), "k", "", 0)
			if err != nil {
				t.Fatal(err)
			}
			w.restart()
			for range 30 {
				time.Sleep(lifetime / 10)
				rec := router.record(w.name)
				end, err := rec.Validity()
				if err != nil {
					t.Fatal(err)
				}
				if left := time.Until(end); left <= 0 || left > lifetime {
					t.Fatalf("the record is good for another %v; want up to %v", left, lifetime)
				}
				if got := sequence(t, rec); got != 0 {
					t.Fatalf("got sequence %d; want the same", got)
				}
			}
			if router.record(ipns.NameFromPeer(key.ID)) != nil {
				t.Error("a key that published nothing has a record")
			}
			if puts := router.countPuts(); puts > 100 {
				t.Errorf("it was put %d times; want less", puts)
			}
		})
	}
}

// What a router says counts only if it is the name's, good, and newer.
func TestRecordsThatDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		router := newMemory("https://a.example")
		w, other := newWorld(t, router), newWorld(t, router)
		name := w.name.String()
		_, err := other.resolved(name, names.Options{})
		wantCode(t, "a name that nobody knows", err, nodeapi.CodeNameNotFound)

		good := signed(t, w.self, one, 1, time.Hour)
		forged := bytes.ReplaceAll(good, []byte("bafkreifz"), []byte("bafkreifx"))
		for what, record := range map[string][]byte{
			"nothing":      {},
			"noise":        []byte("noise"),
			"forged":       forged,
			"cut short":    good[:len(good)-5],
			"another's":    signed(t, other.self, one, 1, time.Hour),
			"expired":      signed(t, w.self, one, 1, -time.Second),
			"far too long": make([]byte, 11<<10),
		} {
			router.set(w.name, record)
			_, err := other.resolved(name, names.Options{})
			wantCode(t, what, err, nodeapi.CodeInvalidRecord)
		}

		router.set(w.name, good)
		other.wantResolved(name, one, names.Options{NoCache: true})
		err = other.Put(t.Context(), w.name, signed(t, w.self, two, 2, time.Hour), names.Publishing{}, func(string, error) {})
		if err != nil {
			t.Fatal(err)
		}
		router.set(w.name, good)
		other.wantResolved(name, two, names.Options{NoCache: true})
	})
}

// A search yields what it has at once, then only what is newer, and does not wait
// long for a router that says nothing.
func TestNewerAndNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second, third := newMemory("https://1.example"), newMemory("https://2.example"), newMemory("https://3.example")
		w := newWorld(t, first, second, third)
		const three = "/ipfs/bafkqaaia"
		first.set(w.name, signed(t, w.self, two, 2, time.Hour))
		second.set(w.name, signed(t, w.self, three, 3, time.Hour))
		second.become(nil, time.Second)
		third.become(nil, time.Hour)
		err := w.Put(t.Context(), w.name, signed(t, w.self, one, 1, time.Hour), names.Publishing{Alone: true, AllowOffline: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		w.wantResolved(w.name.String(), one+" "+two+" "+three, names.Options{NoCache: true})
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, broken := newMemory("https://a.example"), newMemory("https://b.example")
		broken.become(errBroken, 0)
		w := newWorld(t)
		record := signed(t, w.self, one, 5, time.Hour)
		put := func(record []byte, p names.Publishing) (told map[string]error, err error) {
			told = map[string]error{}
			err = w.Put(t.Context(), w.name, record, p, func(router string, err error) { told[router] = err })
			return told, err
		}
		_, err := put(record, names.Publishing{})
		wantCode(t, "no router", err, nodeapi.CodeNoRouter)
		w.setRouters(broken)
		if _, err := put(record, names.Publishing{}); err != errBroken {
			t.Errorf("got %v; want the router's own error", err)
		}
		w.setRouters(good, broken)
		told, err := put(record, names.Publishing{})
		if err != nil || len(told) != 2 || told["https://a.example"] != nil || told["https://b.example"] != errBroken {
			t.Errorf("got %v, %v; want one that took it and one that is broken", told, err)
		}
		_, err = put(signed(t, w.self, two, 4, time.Hour), names.Publishing{})
		wantCode(t, "an older record", err, nodeapi.CodeInvalidRecord)
		_, err = put([]byte("noise"), names.Publishing{})
		wantCode(t, "noise", err, nodeapi.CodeInvalidRecord)
	})
}

func TestDNSLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.mustPublish(two, names.Publishing{AllowOffline: true})
		w.txt = map[string][]string{
			"_dnslink.a.example":    {"v=spf1", "dnslink=" + one},
			"_dnslink.b.example":    {"dnslink=/ipns/a.example/x"},
			"_dnslink.c.example":    {"dnslink=/ipns/" + w.name.String()},
			"_dnslink.none.example": {"dnslink=nonsense", "dnslink=/ipld/bafkqaaa", "text"},
			"_dnslink.two.example":  {"dnslink=" + one, "dnslink=" + two},
			"_dnslink.loop.example": {"dnslink=/ipns/loop.example"},
		}
		w.wantResolved("a.example", one, names.Options{})
		w.wantResolved("/ipns/a.example/y/", one+"/y", names.Options{})
		w.wantResolved("b.example/y", one+"/x/y", names.Options{})
		w.wantResolved("c.example", two, names.Options{})
		for name, code := range map[string]nodeapi.Code{
			"none.example":   nodeapi.CodeNameNotFound,
			"two.example":    nodeapi.CodeInvalidRecord,
			"loop.example":   nodeapi.CodeNameLoop,
			"broken.example": nodeapi.CodeDNSFailed,
			"label":          nodeapi.CodeInvalidName,
			"a..example":     nodeapi.CodeInvalidName,
			"a b.example":    nodeapi.CodeInvalidName,
			"":               nodeapi.CodeInvalidName,
			"/ipfs/bafkqaaa": nodeapi.CodeInvalidName,
		} {
			_, err := w.resolved(name, names.Options{})
			wantCode(t, name, err, code)
		}
		_, err := w.resolved("a.example", names.Options{Offline: true})
		wantCode(t, "offline", err, nodeapi.CodeNameNotFound)
		for path, err := range w.Resolve(t.Context(), "b.example", false, names.Options{}) {
			if err != nil || path != "/ipns/a.example/x" {
				t.Errorf("once: got %s, %v", path, err)
			}
		}
	})
}

// However many names are resolved, as many are remembered as there is room for.
func TestCacheIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		router := newMemory("https://a.example")
		w := newWorld(t, router)
		var first string
		for i := range 300 {
			other := newWorld(t, router)
			other.mustPublish(one, names.Publishing{TTL: time.Hour + time.Duration(i)*time.Second})
			if i == 0 {
				first = other.name.String()
			}
			w.wantResolved(other.name.String(), one, names.Options{})
		}
		router.become(errBroken, 0)
		if _, err := w.resolved(first, names.Options{}); err != errBroken {
			t.Errorf("the first is still remembered: %v", err)
		}
	})
}
