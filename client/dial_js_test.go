package client_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/messageport/weblock"
)

// workerURL returns the URL of a worker that answers each first message with a
// frame.
func workerURL(t *testing.T, typ messageport.Type, payload any) string {
	t.Helper()
	data, err := messageport.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	frame := messageport.AppendFrame(nil, messageport.Frame{Type: typ, Payload: data})
	var list []string
	for _, b := range frame {
		list = append(list, strconv.Itoa(int(b)))
	}
	script := `onconnect = (e) => { const port = e.ports[0];
		port.onmessage = () => { port.onmessage = null; port.postMessage(new Uint8Array([` + strings.Join(list, ",") + `])) } }`
	blob := js.Global().Get("Blob").New([]any{script}, map[string]any{"type": "text/javascript"})
	url := js.Global().Get("URL").Call("createObjectURL", blob).String()
	t.Cleanup(func() { js.Global().Get("URL").Call("revokeObjectURL", url) })
	return url
}

func dialContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestDialIsWelcomedAndSeesTheWorkerGo(t *testing.T) {
	ctx := dialContext(t)
	const lock = "lock of a worker"
	release, err := weblock.Hold(ctx, lock)
	if err != nil {
		t.Fatal(err)
	}
	app, err := messageport.Marshal(nodeapi.Welcome{PeerID: "peer"})
	if err != nil {
		t.Fatal(err)
	}
	url := workerURL(t, messageport.TypeWelcome, messageport.Welcome{
		Version: 1, Epoch: "epoch", Lock: lock, App: app,
		Window: 64 << 10, MaxFrame: 1 << 20, MaxCalls: 1, MaxUploads: 1,
	})
	c, err := client.Dial(ctx, client.DialOptions{WorkerURL: url})
	if err != nil {
		t.Fatal(err)
	}
	if c.PeerID() != "peer" || c.Epoch() != "epoch" {
		t.Errorf("got PeerID %q, epoch %q", c.PeerID(), c.Epoch())
	}
	if n := heldLocks(t); n != 1 {
		t.Errorf("the client holds %d locks; want 1", n)
	}
	if err := c.Err(); err != nil {
		t.Errorf("the session has ended while the worker lived: %v", err)
	}
	release()
	<-c.Done()
	if err := c.Err(); !errors.Is(err, &nodeapi.Error{Code: messageport.CodeDisconnected}) {
		t.Errorf("the worker is gone: got %v; want disconnected", err)
	}
	waitForNoLocks(t)
}

func TestDialIsRefused(t *testing.T) {
	url := workerURL(t, messageport.TypeRefuse, messageport.Error{Code: "no-disk", Message: "no disk"})
	_, err := client.Dial(dialContext(t), client.DialOptions{WorkerURL: url})
	if !errors.Is(err, &nodeapi.Error{Code: "no-disk"}) {
		t.Errorf("got %v; want the worker's refusal", err)
	}
	waitForNoLocks(t)
}

func TestDialOfNoWorker(t *testing.T) {
	revoked := workerURL(t, messageport.TypeRefuse, messageport.Error{Code: "x"})
	js.Global().Get("URL").Call("revokeObjectURL", revoked)
	for _, url := range []string{revoked, "https://[broken"} {
		_, err := client.Dial(dialContext(t), client.DialOptions{WorkerURL: url})
		var e *nodeapi.Error
		if !errors.As(err, &e) || e.Code != client.CodeWorkerFailed || e.Details["url"] != url {
			t.Errorf("%s: got %v; want %s with the URL", url, err, client.CodeWorkerFailed)
		}
	}
	waitForNoLocks(t)
}

// heldLocks counts the locks of clients.
func heldLocks(t *testing.T) int {
	t.Helper()
	answer := make(chan int)
	then := js.FuncOf(func(_ js.Value, args []js.Value) any {
		held, n := args[0].Get("held"), 0
		for i := range held.Length() {
			if strings.HasPrefix(held.Index(i).Get("name").String(), "sharednode:client:") {
				n++
			}
		}
		go func() { answer <- n }()
		return nil
	})
	defer then.Release()
	js.Global().Get("navigator").Get("locks").Call("query").Call("then", then)
	return <-answer
}

func waitForNoLocks(t *testing.T) {
	t.Helper()
	for range 100 {
		if heldLocks(t) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("a lock of a client is held after its end")
}
