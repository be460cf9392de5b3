//go:build !js

package messageport

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"
	"time"
)

// FuzzDecode checks that whatever bytes come, Decode gives an Error with one of
// two codes, or frames that make up those bytes again.
func FuzzDecode(f *testing.F) {
	file := readVectors(f)
	for _, v := range file.Messages {
		f.Add(unhex(f, v.Hex))
	}
	for _, v := range file.Invalid {
		f.Add(unhex(f, v.Hex))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		frames, err := Decode(msg, maxMaxFrame)
		if err != nil {
			if !errors.Is(err, &Error{Code: CodeProtocolError}) && !errors.Is(err, &Error{Code: CodeFrameTooLarge}) {
				t.Fatalf("got error %v", err)
			}
			return
		}
		var again []byte
		for _, f := range frames {
			again = AppendFrame(again, f)
			var v any
			_ = Unmarshal(f.Payload, &v) // never panics
		}
		if !bytes.Equal(again, msg) {
			t.Fatalf("%x is %d frames, which are %x", msg, len(frames), again)
		}
	})
}

// FuzzSession plays a client that sends what the script says, while another
// session of the same server is at work. Whatever comes: no panic, no goroutine
// left, no harm to the other session, and the session ends when its port does.
func FuzzSession(f *testing.F) {
	for _, v := range readVectors(f).Sessions {
		var script []byte
		for _, m := range v.Messages {
			if m.PadTo < 1000 {
				script = appendStep(script, stepRaw, unhex(f, m.Hex))
			}
		}
		f.Add(script)
	}
	f.Add([]byte{stepOpen, 0, stepOpen, 1, stepData, 1, 200, stepItem, 1, stepEnd, 1, stepCancel, 2, stepCredit, 1, stepPing})
	f.Add([]byte{stepBind, stepOpen, 0, stepBind, stepOpen, 1})
	f.Add([]byte{stepOpen, 2, stepOpen, 3, stepRead, stepOpen, 4, stepData, 3, 255, stepRead, stepGoodbye})
	f.Fuzz(func(t *testing.T, script []byte) {
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()

		other, otherServed := fuzzSession(t, ctx)
		port, serverPort := Pipe()
		served := make(chan error, 1)
		go func() { served <- serveFuzz(ctx, serverPort) }()

		p := fuzzPlayer{port: port, script: script}
		p.play(ctx, t)
		if err := other.Invoke(ctx, "echo", 7, nil); err != nil {
			t.Errorf("the other session: %v", err)
		}
		_ = port.Close()
		select {
		case <-served:
		case <-ctx.Done():
			t.Fatal("the session did not end with its port")
		}
		_ = other.Close()
		if err := <-otherServed; err != nil {
			t.Errorf("the other session ended with %v", err)
		}
		if !goroutinesEnd(before) {
			t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	})
}

// serveFuzz serves a port with methods that use all there is to use.
func serveFuzz(ctx context.Context, port Port) error {
	conn, err := Accept(ctx, port, AcceptConfig{
		Welcome: func(context.Context, Hello) (Welcome, error) { return Welcome{}, nil },
		Limits:  Limits{MaxCalls: 8, MaxUploads: 4, Window: MinWindow, MaxUnread: 64 << 10},
	})
	if err != nil {
		return err
	}
	return conn.Serve(ctx, HandlerFunc(func(ctx context.Context, call *ServerCall) (any, error) {
		switch call.Method {
		case "echo":
			var v any
			err := call.Decode(&v)
			return v, err
		case "mirror":
			return io.Copy(call, call)
		case "source":
			_, err := call.Write(make([]byte, 300_000))
			return nil, err
		case "wait":
			<-ctx.Done()
			return nil, ctx.Err()
		default:
			chunk, err := call.Next()
			if err != nil {
				return nil, err
			}
			var v any
			err = chunk.Decode(&v)
			return v, err
		}
	}))
}

func fuzzSession(t *testing.T, ctx context.Context) (client *ClientConn, served <-chan error) {
	a, b := Pipe()
	result := make(chan error, 1)
	go func() { result <- serveFuzz(ctx, b) }()
	client, err := Dial(ctx, a, DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return client, result
}

// The steps of a fuzzPlayer's script: an opcode, and a byte or two of what for.
const (
	stepRaw     = iota // the next n bytes as a message; without this one the player says hello first
	stepOpen           // a call of the nth method
	stepData           // data for call n, of m*100 bytes
	stepItem           // an item for call n
	stepEnd            // END for call n
	stepCredit         // credit for call n
	stepCancel         // cancel of call n
	stepPing           // a ping
	stepGarbage        // a header of the next 12 bytes
	stepRead           // reads what has come
	stepGoodbye        // a goodbye
	stepBind           // a bind
	steps
)

func appendStep(script []byte, step byte, msg []byte) []byte {
	return append(append(script, step, byte(len(msg))), msg...)
}

// fuzzPlayer plays a client by a script that the fuzzer makes up.
type fuzzPlayer struct {
	port   Port
	script []byte
	lastID uint32
	msg    []byte
}

func (p *fuzzPlayer) next() byte {
	if len(p.script) == 0 {
		return 0
	}
	b := p.script[0]
	p.script = p.script[1:]
	return b
}

func (p *fuzzPlayer) take(n int) []byte {
	n = min(n, len(p.script))
	b := p.script[:n]
	p.script = p.script[n:]
	return b
}

var fuzzMethods = []string{"echo", "mirror", "source", "wait", "other", "no-such"}

func (p *fuzzPlayer) play(ctx context.Context, t *testing.T) {
	if len(p.script) > 0 && p.script[0]%steps == stepBind {
		p.add(Frame{Type: TypeBind, Payload: sampleBind})
		p.script = p.script[1:]
	}
	if len(p.script) > 0 && p.script[0]%steps != stepRaw {
		p.add(Frame{Type: TypeHello, Payload: encode(t, sampleHello)})
		p.send(ctx)
	}
	for range 200 {
		if len(p.script) == 0 {
			break
		}
		op := p.next()
		p.step(ctx, t, op%steps)
		if op < 128 || len(p.msg) > MaxMessage { // else the next frame shares the message
			p.send(ctx)
		}
	}
	p.send(ctx)
	p.read(ctx)
}

func (p *fuzzPlayer) step(ctx context.Context, t *testing.T, op byte) {
	switch op {
	case stepRaw:
		p.msg = append(p.msg, p.take(int(p.next()))...)
	case stepOpen:
		n := p.next()
		p.lastID++
		method := fuzzMethods[int(n)%len(fuzzMethods)]
		p.add(Frame{Type: TypeOpen, Flags: n >> 7, ID: p.lastID, Payload: encodeOpen(t, method, int(n))})
	case stepData:
		id := uint32(p.next())
		p.add(Frame{Type: TypeData, ID: id, Payload: make([]byte, int(p.next())*100)})
	case stepItem:
		p.add(Frame{Type: TypeItem, ID: uint32(p.next()), Payload: append([]byte(nil), p.take(5)...)})
	case stepEnd:
		p.add(Frame{Type: TypeData, Flags: FlagEnd, ID: uint32(p.next())})
	case stepCredit:
		p.add(creditFrame(uint32(p.next()), 1<<uint(p.next()%32)))
	case stepCancel:
		p.add(Frame{Type: TypeCancel, ID: uint32(p.next()), Payload: encodeError(sampleError)})
	case stepPing:
		p.add(Frame{Type: TypePing, Payload: make([]byte, 8)})
	case stepGarbage:
		header := append([]byte(nil), p.take(HeaderSize)...)
		if len(header) == HeaderSize {
			n := binary.BigEndian.Uint32(header[8:]) % 64
			binary.BigEndian.PutUint32(header[8:], n)
			p.msg = append(append(p.msg, header...), p.take(int(n))...)
		}
	case stepRead:
		p.read(ctx)
	case stepBind:
		p.add(Frame{Type: TypeBind, Payload: sampleBind})
	case stepGoodbye:
		p.add(Frame{Type: TypeGoodbye, Payload: encodeError(sampleError)})
	}
}

func (p *fuzzPlayer) add(f Frame) { p.msg = AppendFrame(p.msg, f) }

func (p *fuzzPlayer) send(ctx context.Context) {
	if len(p.msg) > 0 {
		_ = p.port.Send(ctx, p.msg) // the server may have closed it
	}
	p.msg = nil
}

// read takes what has come, and checks that all of it is whole frames.
func (p *fuzzPlayer) read(ctx context.Context) {
	for {
		short, cancel := context.WithTimeout(ctx, 100*time.Microsecond)
		msg, err := p.port.Receive(short)
		cancel()
		if err != nil {
			return
		}
		if _, err := Decode(msg, maxMaxFrame); err != nil {
			panic(err)
		}
	}
}
