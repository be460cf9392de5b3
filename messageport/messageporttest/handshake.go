package messageporttest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport"
)

var handshakeTests = map[string]func(*testing.T, Pair){
	"both sides hear each other":   testHandshake,
	"bound by the client":          testBind,
	"bound by who made the port":   testBoundBefore,
	"refused":                      testRefused,
	"client gives up":              testDialCanceled,
	"client gives up, server busy": testDialCanceledWhileWelcoming,
	"server gives up":              testAcceptCanceled,
	"no hello":                     testNoHello,
	"no version in common":         testVersion,
}

// accept runs Accept in a goroutine.
func accept(ctx context.Context, port messageport.Port, cfg messageport.AcceptConfig) <-chan error {
	result := make(chan error, 1)
	go func() {
		conn, err := messageport.Accept(ctx, port, cfg)
		if err == nil {
			_ = conn.Close()
		}
		result <- err
	}()
	return result
}

func testHandshake(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	app, err := messageport.Marshal(map[string]any{"repo": "default"})
	if err != nil {
		t.Fatal(err)
	}
	var hello messageport.Hello
	accepted := accept(ctx, b, messageport.AcceptConfig{
		Welcome: func(_ context.Context, h messageport.Hello) (messageport.Welcome, error) {
			hello = h
			return messageport.Welcome{Server: "server/2", Epoch: "e", Session: "s", Lock: "server-lock", App: h.App}, nil
		},
		Limits: messageport.Limits{MaxFrame: 50000, MaxCalls: 7, MaxUploads: 3, Window: 100000},
	})
	conn, err := messageport.Dial(ctx, a, messageport.DialConfig{
		Client: "client/1", Lock: "client-lock", App: app, Limits: messageport.Limits{Window: 200000},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := receive(t, accepted, "Accept"); err != nil {
		t.Fatal(err)
	}
	if hello.Client != "client/1" || hello.Lock != "client-lock" || hello.Window != 200000 || string(hello.App) != string(app) {
		t.Errorf("the server got %+v", hello)
	}
	w := conn.Welcome()
	want := messageport.Welcome{
		Version: 1, Server: "server/2", Epoch: "e", Session: "s", Lock: "server-lock",
		Window: 100000, MaxFrame: 50000, MaxCalls: 7, MaxUploads: 3,
	}
	if string(w.App) != string(app) {
		t.Errorf("the client got app %x; want %x", w.App, app)
	}
	if w.App = nil; w.Server != want.Server || w.Lock != want.Lock || w.Window != want.Window ||
		w.MaxFrame != want.MaxFrame || w.MaxCalls != want.MaxCalls || w.MaxUploads != want.MaxUploads {
		t.Errorf("the client got %+v; want %+v", w, want)
	}
}

// helloOf returns where the hello that an Accept hears will be.
func helloOf(ctx context.Context, port messageport.Port) <-chan messageport.Hello {
	heard := make(chan messageport.Hello, 1)
	accept(ctx, port, messageport.AcceptConfig{
		Welcome: func(_ context.Context, h messageport.Hello) (messageport.Welcome, error) {
			heard <- h
			return messageport.Welcome{}, nil
		},
	})
	return heard
}

func testBind(t *testing.T, pair Pair) {
	ctx := testContext(t)
	for _, secret := range [][]byte{nil, bytes.Repeat([]byte{7}, messageport.BindSize)} {
		a, b := pair(t)
		heard := helloOf(ctx, b)
		conn, err := messageport.Dial(ctx, a, messageport.DialConfig{Bind: secret})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if hello := receive(t, heard, "the hello"); !bytes.Equal(hello.Bind, secret) {
			t.Errorf("the server got a bind of %x; want %x", hello.Bind, secret)
		}
	}
	a, _ := pair(t)
	_, err := messageport.Dial(ctx, a, messageport.DialConfig{Bind: []byte("short")})
	wantCode(t, err, messageport.CodeBadRequest)
}

// testBoundBefore hands a port on that was bound. Its receiver does not know, and
// can neither undo it nor bind it to something else.
func testBoundBefore(t *testing.T, pair Pair) {
	ctx := testContext(t)
	secret := bytes.Repeat([]byte{7}, messageport.BindSize)
	bind := messageport.Frame{Type: messageport.TypeBind, Payload: secret}

	a, b := pair(t)
	heard := helloOf(ctx, b)
	sendFrames(t, a, bind)
	conn, err := messageport.Dial(ctx, a, messageport.DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if hello := receive(t, heard, "the hello"); !bytes.Equal(hello.Bind, secret) {
		t.Errorf("the server got a bind of %x; want %x", hello.Bind, secret)
	}

	a, b = pair(t)
	heard = helloOf(ctx, b)
	sendFrames(t, a, bind)
	_, err = messageport.Dial(ctx, a, messageport.DialConfig{Bind: bytes.Repeat([]byte{8}, messageport.BindSize)})
	wantCode(t, err, messageport.CodeProtocolError)
	select {
	case hello := <-heard:
		t.Errorf("a port bound twice said %+v", hello)
	default:
	}
}

func testRefused(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	refusal := &codedError{"config-conflict"}
	accepted := accept(ctx, b, messageport.AcceptConfig{
		Welcome: func(context.Context, messageport.Hello) (messageport.Welcome, error) {
			return messageport.Welcome{}, refusal
		},
	})
	_, err := messageport.Dial(ctx, a, messageport.DialConfig{})
	wantCode(t, err, "config-conflict")
	var e *messageport.Error
	if errors.As(err, &e) && e.Details["value"] != "x" {
		t.Errorf("got details %v; want those of the refusal", e.Details)
	}
	if err := receive(t, accepted, "Accept"); !errors.Is(err, refusal) {
		t.Errorf("Accept: got %v; want the refusal", err)
	}
	if err := a.Send(ctx, []byte("x")); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("Send on the port: got %v; want ErrClosed", err)
	}
}

func testDialCanceled(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx, cancel := context.WithCancel(testContext(t))
	dialed := make(chan error, 1)
	go func() {
		_, err := messageport.Dial(ctx, a, messageport.DialConfig{})
		dialed <- err
	}()
	if _, err := b.Receive(testContext(t)); err != nil { // the hello, left without an answer
		t.Fatal(err)
	}
	cancel()
	if err := receive(t, dialed, "Dial"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want the context's error", err)
	}
}

func testDialCanceledWhileWelcoming(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx, cancel := context.WithCancel(testContext(t))
	accepted := accept(testContext(t), b, messageport.AcceptConfig{
		Welcome: func(ctx context.Context, _ messageport.Hello) (messageport.Welcome, error) {
			cancel()
			<-ctx.Done() // which the client's goodbye ends
			return messageport.Welcome{}, ctx.Err()
		},
	})
	if _, err := messageport.Dial(ctx, a, messageport.DialConfig{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Dial: got %v; want the context's error", err)
	}
	wantCode(t, receive(t, accepted, "Accept"), messageport.CodeCanceled)
}

func testAcceptCanceled(t *testing.T, pair Pair) {
	_, b := pair(t)
	ctx, cancel := context.WithCancel(testContext(t))
	accepted := accept(ctx, b, messageport.AcceptConfig{Welcome: welcome})
	cancel()
	if err := receive(t, accepted, "Accept"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want the context's error", err)
	}
}

func testNoHello(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	accepted := accept(ctx, b, messageport.AcceptConfig{Welcome: welcome})
	if err := a.Send(ctx, []byte("not a frame, not even close")); err != nil {
		t.Fatal(err)
	}
	wantCode(t, receive(t, accepted, "Accept"), messageport.CodeProtocolError)
	wantGoodbye(t, a, messageport.CodeProtocolError)
}

// wantGoodbye reads the port up to a goodbye and checks its code.
func wantGoodbye(t *testing.T, port messageport.Port, code string) {
	t.Helper()
	for {
		msg, err := port.Receive(testContext(t))
		if err != nil {
			t.Fatalf("waiting for a goodbye: %v", err)
		}
		frames, err := messageport.Decode(msg, messageport.MaxMessage)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if f.Type != messageport.TypeGoodbye {
				continue
			}
			var e messageport.Error
			if err := messageport.Unmarshal(f.Payload, &e); err != nil || e.Code != code {
				t.Errorf("got goodbye %+v, error %v; want code %q", e, err, code)
			}
			return
		}
	}
}

func testVersion(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	accepted := accept(ctx, b, messageport.AcceptConfig{Welcome: welcome})
	payload, err := messageport.Marshal(messageport.Hello{Versions: []uint64{98, 99}, Window: messageport.MinWindow})
	if err != nil {
		t.Fatal(err)
	}
	sendFrames(t, a, messageport.Frame{Type: messageport.TypeHello, Payload: payload})
	msg, err := a.Receive(ctx)
	if err != nil {
		t.Fatal(err)
	}
	frames, err := messageport.Decode(msg, messageport.MaxMessage)
	if err != nil || len(frames) != 1 || frames[0].Type != messageport.TypeRefuse {
		t.Fatalf("got frames %v, error %v; want a refusal", frames, err)
	}
	var e messageport.Error
	if err := messageport.Unmarshal(frames[0].Payload, &e); err != nil {
		t.Fatal(err)
	}
	wantCode(t, &e, messageport.CodeVersionUnsupported)
	if !strings.Contains(e.Message, "the server is older") {
		t.Errorf("got %q; want it to say which side is older", e.Message)
	}
	wantCode(t, receive(t, accepted, "Accept"), messageport.CodeVersionUnsupported)
}
