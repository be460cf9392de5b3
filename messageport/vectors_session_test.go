package messageport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestVectorSessions plays the messages of each session to a real client or
// server, and looks with which error that ends and which goodbye it says.
func TestVectorSessions(t *testing.T) {
	for _, v := range readVectors(t).Sessions {
		t.Run(v.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := Pipe()
				begin := beginServer
				if v.Receiver == "client" {
					begin = beginClient
				}
				ended := begin(t, v, ours, theirs)
				for _, m := range v.Messages {
					if err := theirs.Send(t.Context(), m.bytes(t)); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				if err := <-ended; !errors.Is(err, &Error{Code: v.Code}) {
					t.Errorf("ended with %v; want code %q", err, v.Code)
				}
				if code := goodbyeCode(t, theirs); code != v.Code {
					t.Errorf("got goodbye %q; want %q", code, v.Code)
				}
			})
		})
	}
}

var vectorLimits = Limits{Window: MinWindow, MaxWindow: MinWindow}

// beginServer starts a server, plays its client up to where the vector's
// messages begin, and returns where the session's error will be.
func beginServer(t *testing.T, v sessionVector, ours, theirs Port) <-chan error {
	ended := make(chan error, 1)
	go func() {
		conn, err := Accept(t.Context(), ours, AcceptConfig{
			Welcome: func(ctx context.Context, _ Hello) (Welcome, error) {
				if !v.Begun { // something is to come before the welcome
					<-ctx.Done()
				}
				return Welcome{}, ctx.Err()
			},
			Limits: vectorLimits,
		})
		if err == nil {
			err = conn.Serve(t.Context(), HandlerFunc(func(ctx context.Context, _ *ServerCall) (any, error) {
				<-ctx.Done()
				return nil, nil
			}))
		}
		ended <- err
	}()
	if !v.Begun {
		return ended
	}
	send := func(f Frame) {
		if err := theirs.Send(t.Context(), AppendFrame(nil, f)); err != nil {
			t.Fatal(err)
		}
	}
	send(Frame{Type: TypeHello, Payload: encode(t, sampleHello)})
	if _, err := theirs.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id := range v.Uploads {
		send(Frame{Type: TypeOpen, ID: uint32(id + 1), Payload: encodeOpen(t, "m", nil)})
	}
	synctest.Wait()
	return ended
}

// beginClient is beginServer for a client.
func beginClient(t *testing.T, v sessionVector, ours, theirs Port) <-chan error {
	ended := make(chan error, 1)
	go func() {
		conn, err := Dial(t.Context(), ours, DialConfig{Limits: vectorLimits})
		if err != nil {
			ended <- err
			return
		}
		for range v.Uploads {
			if _, err := conn.Call(t.Context(), "m", nil, CallOptions{Upload: true}); err != nil {
				t.Error(err)
			}
		}
		<-conn.Done()
		_ = conn.Close()
		ended <- conn.Err()
	}()
	if v.Begun {
		welcome := with(sampleWelcome, func(w *Welcome) { w.Window = MinWindow })
		msg := AppendFrame(nil, Frame{Type: TypeWelcome, Payload: encode(t, welcome)})
		if err := theirs.Send(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Wait()
	return ended
}

// goodbyeCode reads the port to its end and returns the code of the goodbye that
// came last.
func goodbyeCode(t *testing.T, port Port) string {
	t.Helper()
	code := ""
	for {
		msg, err := port.Receive(t.Context())
		if err != nil {
			return code
		}
		frames, err := Decode(msg, maxMaxFrame)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if code != "" {
				t.Errorf("%s frame after goodbye", f.Type)
			}
			if f.Type != TypeGoodbye {
				continue
			}
			e, err := decodeError(f.Payload)
			if err != nil {
				t.Fatal(err)
			}
			code = e.Code
		}
	}
}
