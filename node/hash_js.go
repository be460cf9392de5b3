package node

import (
	"context"
	"syscall/js"

	"github.com/multiformats/go-multihash"
)

const (
	// webCryptoLeast is the least size that WebCrypto hashes sooner than Go does.
	webCryptoLeast = 16 << 10
	// webCryptoInFlight is how many hashes it is asked for at a time.
	webCryptoInFlight = 8
)

// platformHasher returns WebCrypto where there is one, and what frees it.
func platformHasher() (Hasher, func()) {
	crypto := js.Global().Get("crypto")
	if !crypto.Truthy() || !crypto.Get("subtle").Truthy() {
		return goHasher{}, func() {} // an insecure context
	}
	h := newWebCrypto(crypto.Get("subtle"))
	return h, h.release
}

// webCrypto hashes with crypto.subtle.digest, and with Go what is small or not
// SHA-2.
type webCrypto struct {
	digest js.Value // the method, bound
	names  map[uint64]js.Value
	array  js.Value // the constructor Uint8Array
	// scratch carries the bytes across: digest copies what it is given before it
	// returns, and making a new array would cost as much as hashing it.
	scratch js.Value
	idle    chan *digestCall
}

// A digestCall awaits one promise at a time with the same two callbacks.
type digestCall struct {
	settled         chan js.Value // an ArrayBuffer, or undefined
	resolve, reject js.Func
}

func newWebCrypto(subtle js.Value) *webCrypto {
	array := js.Global().Get("Uint8Array")
	h := &webCrypto{
		digest: subtle.Get("digest").Call("bind", subtle),
		names: map[uint64]js.Value{
			multihash.SHA2_256: js.ValueOf("SHA-256"),
			multihash.SHA2_512: js.ValueOf("SHA-512"),
		},
		array:   array,
		scratch: array.New(maxBlockSize),
		idle:    make(chan *digestCall, webCryptoInFlight),
	}
	for range webCryptoInFlight {
		h.idle <- newDigestCall()
	}
	return h
}

func newDigestCall() *digestCall {
	c := &digestCall{settled: make(chan js.Value, 1)}
	c.resolve = js.FuncOf(func(_ js.Value, args []js.Value) any {
		c.settled <- args[0]
		return nil
	})
	c.reject = js.FuncOf(func(js.Value, []js.Value) any {
		c.settled <- js.Undefined()
		return nil
	})
	return c
}

// release frees the callbacks. No hash may be under way.
func (h *webCrypto) release() {
	for range webCryptoInFlight {
		c := <-h.idle
		c.resolve.Release()
		c.reject.Release()
	}
}

// Sum hashes data. Once asked for, a hash is waited for even if ctx ends: that
// is soon.
func (h *webCrypto) Sum(ctx context.Context, code uint64, data []byte) (multihash.Multihash, error) {
	name, known := h.names[code]
	if !known || len(data) < webCryptoLeast || len(data) > maxBlockSize {
		return goHasher{}.Sum(ctx, code, data)
	}
	var call *digestCall
	select {
	case call = <-h.idle:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { h.idle <- call }()
	js.CopyBytesToJS(h.scratch, data)
	view := h.scratch.Call("subarray", 0, len(data))
	h.digest.Invoke(name, view).Call("then", call.resolve, call.reject)
	buffer := <-call.settled
	if buffer.IsUndefined() {
		return goHasher{}.Sum(ctx, code, data)
	}
	result := h.array.New(buffer)
	digest := make([]byte, result.Length())
	js.CopyBytesToGo(digest, result)
	return multihash.Encode(digest, code)
}
