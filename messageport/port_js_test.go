package messageport_test

import (
	"context"
	"errors"
	"syscall/js"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

func newChannel(t *testing.T) (port1, port2 js.Value) {
	channel := js.Global().Get("MessageChannel").New()
	port1, port2 = channel.Get("port1"), channel.Get("port2")
	t.Cleanup(func() {
		port1.Call("close")
		port2.Call("close")
	})
	return port1, port2
}

func bytesOf(values ...any) js.Value {
	return js.Global().Get("Uint8Array").Call("of", values...)
}

func TestNewPortTakesWhatIsQueued(t *testing.T) {
	theirs, ours := newChannel(t)
	theirs.Call("postMessage", bytesOf(1))
	theirs.Call("postMessage", bytesOf(2))
	time.Sleep(5 * time.Millisecond)
	port := messageport.NewPort(ours)
	defer func() { _ = port.Close() }()
	for want := byte(1); want <= 2; want++ {
		msg, err := port.Receive(t.Context())
		if err != nil || len(msg) != 1 || msg[0] != want {
			t.Errorf("got %x, error %v; want %x", msg, err, want)
		}
	}
}

func TestPortTakesOnlyUint8Arrays(t *testing.T) {
	global := js.Global()
	buffer := global.Get("ArrayBuffer").New(16)
	tests := []struct {
		name    string
		message any
		code    string // "" for none
		length  int
	}{
		{"Uint8Array", bytesOf(1, 2, 3), "", 3},
		{"empty Uint8Array", bytesOf(), "", 0},
		{"part of a buffer", global.Get("Uint8Array").New(buffer, 4, 5), "", 5},
		{"largest", global.Get("Uint8Array").New(messageport.MaxMessage), "", messageport.MaxMessage},
		{"too large", global.Get("Uint8Array").New(messageport.MaxMessage + 1), messageport.CodeFrameTooLarge, 0},
		{"ArrayBuffer", buffer, messageport.CodeProtocolError, 0},
		{"DataView", global.Get("DataView").New(buffer), messageport.CodeProtocolError, 0},
		{"Float64Array", global.Get("Float64Array").New(2), messageport.CodeProtocolError, 0},
		{"Array", []any{1, 2}, messageport.CodeProtocolError, 0},
		{"long sparse Array", global.Get("Array").New(1 << 31), messageport.CodeFrameTooLarge, 0},
		{"object", map[string]any{}, messageport.CodeProtocolError, 0},
		{"object with a length", map[string]any{"length": 4, "byteLength": 4}, messageport.CodeProtocolError, 0},
		{"object with a large length", map[string]any{"length": 1 << 40}, messageport.CodeFrameTooLarge, 0},
		{"object with a negative length", map[string]any{"length": -1}, messageport.CodeProtocolError, 0},
		{"object with a length that is none", map[string]any{"length": global.Get("NaN")}, messageport.CodeProtocolError, 0},
		{"object with a length of text", map[string]any{"length": "4"}, messageport.CodeProtocolError, 0},
		{"object with a length of null", map[string]any{"length": nil}, messageport.CodeProtocolError, 0},
		{"string", "hello", messageport.CodeProtocolError, 0},
		{"number", 1, messageport.CodeProtocolError, 0},
		{"null", nil, messageport.CodeProtocolError, 0},
		{"undefined", js.Undefined(), messageport.CodeProtocolError, 0},
		{"true", true, messageport.CodeProtocolError, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			theirs, ours := newChannel(t)
			port := messageport.NewPort(ours)
			defer func() { _ = port.Close() }()
			theirs.Call("postMessage", bytesOf(7)) // which is to come all the same
			theirs.Call("postMessage", test.message)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if msg, err := port.Receive(ctx); err != nil || len(msg) != 1 {
				t.Fatalf("what came before: got %x, error %v", msg, err)
			}
			msg, err := port.Receive(ctx)
			if test.code == "" {
				if err != nil || len(msg) != test.length {
					t.Errorf("got %d bytes, error %v; want %d", len(msg), err, test.length)
				}
				return
			}
			if !errors.Is(err, &messageport.Error{Code: test.code}) {
				t.Errorf("got %d bytes, error %v; want code %q", len(msg), err, test.code)
			}
		})
	}
}

// TestPortSendsWholeBuffers checks that a message has a buffer of its own and
// leaves nothing behind in it.
func TestPortSendsWholeBuffers(t *testing.T) {
	for _, n := range []int{1, 16<<10 - 1, 16 << 10, 1 << 20} {
		theirs, ours := newChannel(t)
		port := messageport.NewPort(ours)
		got := make(chan js.Value, 1)
		listener := js.FuncOf(func(_ js.Value, args []js.Value) any {
			got <- args[0].Get("data")
			return nil
		})
		theirs.Set("onmessage", listener)
		if err := port.Send(t.Context(), make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		data := <-got
		if name := data.Get("constructor").Get("name").String(); name != "Uint8Array" {
			t.Errorf("%d bytes: got a %s", n, name)
		}
		if data.Get("byteLength").Int() != n || data.Get("buffer").Get("byteLength").Int() != n {
			t.Errorf("%d bytes: got %d of a buffer of %d", n, data.Get("byteLength").Int(), data.Get("buffer").Get("byteLength").Int())
		}
		listener.Release()
		_ = port.Close()
	}
}

// TestBadMessageEndsSession checks that a page which sends what is no message
// is told so, and that its session is gone.
func TestBadMessageEndsSession(t *testing.T) {
	theirs, ours := newChannel(t)
	accepted := make(chan error, 1)
	go func() {
		_, err := messageport.Accept(t.Context(), messageport.NewPort(ours), messageport.AcceptConfig{
			Welcome: func(context.Context, messageport.Hello) (messageport.Welcome, error) {
				return messageport.Welcome{}, nil
			},
		})
		accepted <- err
	}()
	page := messageport.NewPort(theirs)
	defer func() { _ = page.Close() }()
	theirs.Call("postMessage", map[string]any{"type": "hello"})
	if err := <-accepted; !errors.Is(err, &messageport.Error{Code: messageport.CodeProtocolError}) {
		t.Errorf("Accept: got %v; want code %q", err, messageport.CodeProtocolError)
	}
	msg, err := page.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if frames, err := messageport.Decode(msg, messageport.MaxMessage); err != nil || frames[0].Type != messageport.TypeGoodbye {
		t.Errorf("got %v, error %v; want a goodbye", frames, err)
	}
}

// TestMessageError plays the event, since nothing fails to be deserialised that
// a page sends to itself.
func TestMessageError(t *testing.T) {
	_, ours := newChannel(t)
	port := messageport.NewPort(ours)
	defer func() { _ = port.Close() }()
	ours.Call("dispatchEvent", js.Global().Get("MessageEvent").New("messageerror"))
	if _, err := port.Receive(t.Context()); !errors.Is(err, &messageport.Error{Code: messageport.CodeProtocolError}) {
		t.Errorf("got %v; want code %q", err, messageport.CodeProtocolError)
	}
}

// TestCloseEvent plays the event that few browsers have yet.
func TestCloseEvent(t *testing.T) {
	_, ours := newChannel(t)
	port := messageport.NewPort(ours)
	ours.Call("onclose", js.Global().Get("Event").New("close"))
	if _, err := port.Receive(t.Context()); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("Receive: got %v; want ErrClosed", err)
	}
	if err := port.Send(t.Context(), []byte{1}); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("Send: got %v; want ErrClosed", err)
	}
	_ = port.Close()
}
