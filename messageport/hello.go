package messageport

import (
	"fmt"
	"slices"
)

// versions are the protocol versions that this package speaks.
var versions = []uint64{1}

// maxVersions is how many versions a hello may list.
const maxVersions = 16

// Hello is what a client says of itself.
type Hello struct {
	Versions []uint64   `cbor:"versions"` // filled in by Dial
	Client   string     `cbor:"client"`   // name and version, for people
	Lock     string     `cbor:"lock"`     // a Web Lock held as long as the client lives, or empty
	Window   uint32     `cbor:"window"`   // filled in by Dial
	App      RawMessage `cbor:"app"`      // what the application has to say; nil is null
	// Bind is what the port was bound to before the client had it, BindSize bytes, or
	// nil. It is not the client's to say.
	Bind []byte `cbor:"-"`
}

// Welcome is what a server says of itself.
type Welcome struct {
	Version    uint64     `cbor:"version"` // filled in by Accept, as are window and limits, but for lower maxCalls and maxUploads
	Server     string     `cbor:"server"`  // name and version, for people
	Epoch      string     `cbor:"epoch"`   // new at each start of the server's process
	Session    string     `cbor:"session"` // never reused
	Lock       string     `cbor:"lock"`    // a Web Lock held as long as the server lives, or empty
	Window     uint32     `cbor:"window"`
	MaxFrame   uint32     `cbor:"maxFrame"`
	MaxCalls   uint32     `cbor:"maxCalls"`
	MaxUploads uint32     `cbor:"maxUploads"`
	App        RawMessage `cbor:"app"` // what the application has to say; nil is null
	// Part is what the session has of its server's turns together with others; nil for
	// one of its own. It is not told to the client.
	Part *Part `cbor:"-"`
}

// readHello decodes a hello and chooses the version. The versions are looked at
// first, and alone: the rest of a hello of a version unknown here may be
// anything.
func readHello(payload []byte) (Hello, uint64, error) {
	var hello Hello
	var offer struct {
		Versions []uint64 `cbor:"versions"`
	}
	if err := Unmarshal(payload, &offer); err != nil {
		return hello, 0, inHello(err)
	}
	if n := len(offer.Versions); n == 0 || n > maxVersions {
		return hello, 0, Errorf(CodeBadRequest, map[string]any{"field": "versions"},
			"hello: %d versions; want 1 to %d", n, maxVersions)
	}
	version, err := chooseVersion(offer.Versions, versions)
	if err != nil {
		return hello, 0, err
	}
	if err := Unmarshal(payload, &hello); err != nil {
		return hello, 0, inHello(err)
	}
	if hello.Window < MinWindow {
		return hello, 0, Errorf(CodeBadRequest, map[string]any{"field": "window"},
			"hello: window of %d bytes; want %d or more", hello.Window, MinWindow)
	}
	return hello, version, nil
}

func inHello(err error) error {
	e := wireError(err, "")
	e.Message = "hello: " + e.Message
	return e
}

// chooseVersion returns the highest version that both sides speak, or the error
// that says which side is older.
func chooseVersion(client, server []uint64) (uint64, error) {
	best := uint64(0)
	for _, v := range client {
		if v > best && slices.Contains(server, v) {
			best = v
		}
	}
	if best > 0 {
		return best, nil
	}
	older, remedy := "server", "end it by closing all its clients, so that it starts anew"
	if slices.Max(client) < slices.Max(server) {
		older, remedy = "client", "load its page again"
	}
	return 0, Errorf(CodeVersionUnsupported,
		map[string]any{"client": client, "server": server},
		"the client speaks protocol versions %v, the server %v: the %s is older; %s", client, server, older, remedy)
}

// check looks whether a client can live with the welcome.
func (w Welcome) check() error {
	switch {
	case !slices.Contains(versions, w.Version):
		return fmt.Errorf("welcome: version %d, which was not offered", w.Version)
	case w.Window < MinWindow:
		return fmt.Errorf("welcome: window of %d bytes; want %d or more", w.Window, MinWindow)
	case w.MaxFrame < minMaxFrame:
		return fmt.Errorf("welcome: frames of %d bytes; want %d or more", w.MaxFrame, minMaxFrame)
	case w.MaxCalls == 0 || w.MaxUploads == 0:
		return fmt.Errorf("welcome: %d calls and %d uploads; want 1 or more", w.MaxCalls, w.MaxUploads)
	}
	return nil
}
