package messageport

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall/js"
)

// queuedBytes is how much may wait in Go for a session's reader. A client that
// keeps to its credit stays far below; one that does not is cut off before it
// takes the memory of all.
const queuedBytes = 64 << 20

// transferSize is the length from which on a message's buffer is transferred.
// Below it a copy costs less than the list to transfer it by.
const transferSize = 8 << 10

// jsPort is an end of a MessagePort.
type jsPort struct {
	port js.Value
	post js.Value // the port's postMessage, bound
	in   *queue

	closed   atomic.Bool // by either end
	released sync.Once

	onMessage, onFault, onClose js.Func
}

var _ Poster = (*jsPort)(nil)

var (
	uint8Array = js.Global().Get("Uint8Array")
	array      = js.Global().Get("Array")

	arrayBuffer = js.Global().Get("ArrayBuffer")
	canDetach   = arrayBuffer.Get("prototype").Get("transfer").Type() == js.TypeFunction

	kept [smallFrame]js.Value // by length, as far as they were needed
)

// NewPort takes over a browser's MessagePort, whose messages may have queued up
// but must not have been started. What comes over it that is not a Uint8Array,
// and what cannot be deserialised, ends it with an Error.
func NewPort(port js.Value) Port {
	p := &jsPort{
		port: port,
		post: port.Get("postMessage").Call("bind", port),
		in:   newQueue(queuedBytes),
	}
	p.onMessage = js.FuncOf(p.message)
	p.onFault = js.FuncOf(func(js.Value, []js.Value) any {
		p.in.fail(Errorf(CodeProtocolError, nil, "a message that cannot be deserialised"))
		return nil
	})
	p.onClose = js.FuncOf(func(js.Value, []js.Value) any {
		p.closed.Store(true)
		p.in.fail(ErrClosed)
		return nil
	})
	port.Set("onmessageerror", p.onFault)
	port.Set("onclose", p.onClose) // not every browser has the event
	port.Set("onmessage", p.onMessage)
	port.Call("start")
	return p
}

// message is the listener. It must not wait for anything.
func (p *jsPort) message(_ js.Value, args []js.Value) any {
	data := args[0].Get("data")
	msg, err := copyToGo(data)
	if err == nil {
		err = p.in.push(msg)
	}
	if err != nil {
		p.in.fail(err)
		giveBack(data)
	}
	return nil
}

// giveBack detaches the buffer of a message that is too large to be taken, where the
// browser can. JavaScript could take its memory back only when Go has collected its
// own garbage, which says nothing about how much that is. Those that are taken are
// left alone: Chromium then counts them no more, and collects too seldom.
func giveBack(data js.Value) {
	if !canDetach || data.Type() != js.TypeObject || data.Length() <= MaxMessage {
		return
	}
	defer func() { _ = recover() }() // one that cannot be detached stays
	if buffer := data.Get("buffer"); buffer.InstanceOf(arrayBuffer) {
		buffer.Call("transfer", 0)
	}
}

// copyToGo returns the bytes of a Uint8Array.
func copyToGo(data js.Value) (msg []byte, err error) {
	if data.Type() != js.TypeObject {
		return nil, Errorf(CodeProtocolError, nil, "a message of type %s; want a Uint8Array", data.Type())
	}
	n := data.Length() // which costs less than to get byteLength
	if n > MaxMessage {
		return nil, messageTooLarge(n)
	}
	// CopyBytesToGo panics over other things, with a length or without one.
	defer func() {
		if r := recover(); r != nil {
			err = Errorf(CodeProtocolError, nil, "a message that is no Uint8Array: %v", r)
		}
	}()
	msg = make([]byte, n)
	js.CopyBytesToGo(msg, data)
	return msg, nil
}

func (p *jsPort) Post(msg []byte) (err error) {
	if p.closed.Load() {
		return ErrClosed
	}
	defer func() {
		if r := recover(); r != nil {
			thrown, ok := r.(js.Error)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("messageport: postMessage: %w", thrown)
		}
	}()
	data := arrayOf(len(msg))
	js.CopyBytesToJS(data, msg)
	if len(msg) < transferSize {
		p.post.Invoke(data)
	} else {
		p.post.Invoke(data, array.New(data.Get("buffer")))
	}
	return nil
}

// arrayOf returns a Uint8Array of n bytes. To make one costs more than to post
// it, so those of small messages are kept: postMessage has copied what it is
// given when it returns.
func arrayOf(n int) js.Value {
	if n >= len(kept) {
		return uint8Array.New(n)
	}
	if kept[n].IsUndefined() {
		kept[n] = uint8Array.New(n)
	}
	return kept[n]
}

func (p *jsPort) Send(_ context.Context, msg []byte) error { return p.Post(msg) }

func (p *jsPort) Receive(ctx context.Context) ([]byte, error) { return p.in.pop(ctx) }

// Close closes the MessagePort. What was posted before still arrives.
func (p *jsPort) Close() error {
	p.closed.Store(true)
	p.in.drop()
	p.released.Do(func() {
		for _, name := range []string{"onmessage", "onmessageerror", "onclose"} {
			p.port.Set(name, js.Null())
		}
		p.port.Call("close")
		p.onMessage.Release()
		p.onFault.Release()
		p.onClose.Release()
	})
	return nil
}
