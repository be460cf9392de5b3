//go:build !js

package pubsub

import (
	"context"
	"errors"
	"testing"

	pb "github.com/libp2p/go-libp2p-pubsub/pb"
)

func TestValidatorFor(t *testing.T) {
	t.Parallel()
	called := ""
	named := func(name string) Validator {
		return func(context.Context, *Message) error { called = name; return nil }
	}
	validators := make(map[string]Validator)
	for _, key := range []string{"a", "a*", "ab*", "*b"} {
		validators[key] = named(key)
	}
	for topic, want := range map[string]string{"a": "a", "ac": "a*", "abc": "ab*", "ab": "ab*", "b": "", "*b": "*b"} {
		called = ""
		if v := validatorFor(validators, topic); v != nil {
			_ = v(t.Context(), nil)
		}
		if called != want {
			t.Errorf("topic %q: got validator %q; want %q", topic, called, want)
		}
	}
}

func TestValidators(t *testing.T) {
	t.Parallel()
	errBad := errors.New("bad")
	judge := func(_ context.Context, m *Message) error {
		switch string(m.Data) {
		case "bad":
			return errBad
		case "ignored":
			return ErrIgnore
		}
		return nil
	}
	a := newPubSub(t, Config{})
	b := newPubSub(t, Config{Validators: map[string]Validator{"judged-*": judge}})
	connect(t, a.Host(), b.Host())
	judged, free := subscribe(t, b, "judged-1", SubscribeOptions{}), subscribe(t, b, "free", SubscribeOptions{})
	eventually(t, "a knows that b listens", func() bool { return hasPeer(a, "judged-1", b) && hasPeer(a, "free", b) })
	for _, data := range []string{"bad", "ignored", "good"} {
		publish(t, a, "judged-1", data)
		publish(t, a, "free", data)
		nextData(t, free, data)
	}
	nextData(t, judged, "good")

	if err := b.Publish(t.Context(), "judged-1", []byte("bad")); !errors.Is(err, ErrRejected) || !errors.Is(err, errBad) {
		t.Errorf("got %v; want ErrRejected and why", err)
	}
	if err := b.Publish(t.Context(), "judged-1", []byte("ignored")); !errors.Is(err, ErrRejected) || !errors.Is(err, ErrIgnore) {
		t.Errorf("got %v; want ErrRejected and ErrIgnore", err)
	}
	publish(t, b, "judged-1", "fine")
	nextData(t, judged, "fine")
}

// What a peer makes up is dropped, whatever it is, and what follows arrives.
func TestMadeUpMessages(t *testing.T) {
	t.Parallel()
	victim := newPubSub(t, Config{MaxMessage: 1000})
	s := subscribe(t, victim, "x", SubscribeOptions{})
	m := newMallory(t, victim)
	resigned := func(change func(*pb.Message)) *pb.Message {
		msg := m.message("x", []byte("made up"))
		change(msg)
		msg.Signature = nil
		m.sign(msg)
		return msg
	}
	unsigned := m.message("x", []byte("made up"))
	unsigned.Signature = nil
	changed := m.message("x", []byte("made up"))
	changed.Data = []byte("changed")
	self := m.message("x", []byte("made up"))
	self.From = []byte(victim.Host().ID())
	bad := []*pb.Message{
		unsigned,
		changed,
		self,
		{},
		resigned(func(msg *pb.Message) { msg.Seqno = nil }),
		resigned(func(msg *pb.Message) { msg.Seqno = []byte{1, 2, 3} }),
		resigned(func(msg *pb.Message) { msg.Seqno = make([]byte, 20) }),
		resigned(func(msg *pb.Message) { msg.From = nil }),
		resigned(func(msg *pb.Message) { msg.From = []byte("nobody") }),
		resigned(func(msg *pb.Message) { msg.Data = make([]byte, 1001) }),
	}
	for i, msg := range bad {
		good := m.message("x", []byte{byte(i)})
		for _, sent := range []*pb.Message{msg, good} {
			if err := m.send(&pb.RPC{Publish: []*pb.Message{sent}}); err != nil {
				t.Fatal(err)
			}
		}
		if d := nextData(t, s, string([]byte{byte(i)})); d.Message.From != m.host.ID() || d.Dropped != 0 {
			t.Errorf("message %d: got %+v", i, d)
		}
	}
	// The same again is had once.
	again := m.message("x", []byte("again"))
	last := m.message("x", []byte("last"))
	if err := m.send(&pb.RPC{Publish: []*pb.Message{again, again, last}}); err != nil {
		t.Fatal(err)
	}
	nextData(t, s, "again")
	nextData(t, s, "last")
}
