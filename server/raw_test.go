package server_test

import (
	"slices"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/server/servertest"
)

// rawClient speaks frames, good or bad.
type rawClient struct {
	*fixture

	port messageport.Port
	id   uint32
	in   []messageport.Frame
}

func (f *fixture) dialRaw() *rawClient { return f.dialRawBound(nil) }

// dialRawBound is dialRaw for a port that is bound, if there is a secret.
func (f *fixture) dialRawBound(secret []byte) *rawClient {
	f.Helper()
	port, _ := servertest.Connect(f.Context(), f.server)
	r := &rawClient{fixture: f, port: port}
	f.Cleanup(func() { _ = port.Close() })
	if secret != nil {
		r.send(messageport.Frame{Type: messageport.TypeBind, Payload: secret})
	}
	hello, err := messageport.Marshal(messageport.Hello{Versions: []uint64{1}, Window: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	r.send(messageport.Frame{Type: messageport.TypeHello, Payload: hello})
	if got := r.receive(); got.Type != messageport.TypeWelcome {
		f.Fatalf("got %s; want the welcome", got.Type)
	}
	return r
}

func (r *rawClient) send(frames ...messageport.Frame) {
	r.Helper()
	var msg []byte
	for _, frame := range frames {
		msg = messageport.AppendFrame(msg, frame)
	}
	if err := r.port.Send(r.Context(), msg); err != nil {
		r.Fatal(err)
	}
}

func (r *rawClient) receive() messageport.Frame {
	r.Helper()
	for len(r.in) == 0 {
		msg, err := r.port.Receive(r.Context())
		if err != nil {
			r.Fatal(err)
		}
		if r.in, err = messageport.Decode(msg, 1<<20); err != nil {
			r.Fatal(err)
		}
	}
	frame := r.in[0]
	r.in = r.in[1:]
	return frame
}

// open opens a call with a request of any bytes.
func (r *rawClient) open(method string, request []byte, flags uint8) (id uint32) {
	r.Helper()
	r.id++
	payload := slices.Concat([]byte{byte(len(method))}, []byte(method), request)
	r.send(messageport.Frame{Type: messageport.TypeOpen, Flags: flags, ID: r.id, Payload: payload})
	return r.id
}

// end waits for the end of a call, past its stream.
func (r *rawClient) end(id uint32) *messageport.Error {
	r.Helper()
	for {
		frame := r.receive()
		if frame.ID != id {
			continue
		}
		switch frame.Type {
		case messageport.TypeResult:
			return nil
		case messageport.TypeError:
			var e messageport.Error
			if err := messageport.Unmarshal(frame.Payload, &e); err != nil {
				r.Fatal(err)
			}
			return &e
		}
	}
}

func (r *rawClient) invoke(method string, request []byte) *messageport.Error {
	r.Helper()
	return r.end(r.open(method, request, messageport.FlagEnd))
}
