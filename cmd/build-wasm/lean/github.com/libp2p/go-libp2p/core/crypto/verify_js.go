package crypto

import (
	"errors"
	"fmt"
	"syscall/js"
)

var errInsecure = errors.New("only secure contexts verify signatures by ecdsa")

// verify has the browser verify a signature, both its numbers.
func (k *ECDSAPublicKey) verify(data, signature []byte) (bool, error) {
	crypto := js.Global().Get("crypto")
	if !crypto.Truthy() || !crypto.Get("subtle").Truthy() {
		return false, errInsecure
	}
	subtle := crypto.Get("subtle")
	curve := map[string]any{"name": "ECDSA", "namedCurve": k.curve.name}
	key, err := settled(subtle.Call("importKey", "raw", arrayOf(k.point), curve, false, []any{"verify"}))
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrNotECDSAPubKey, err)
	}
	how := map[string]any{"name": "ECDSA", "hash": "SHA-256"}
	verified, err := settled(subtle.Call("verify", how, key, arrayOf(signature), arrayOf(data)))
	if err != nil {
		return false, err
	}
	return verified.Bool(), nil
}

// settled waits for a promise, and returns its value or, as a js.Error, why it was
// rejected.
func settled(promise js.Value) (js.Value, error) {
	values, reasons := make(chan js.Value, 1), make(chan js.Value, 1)
	into := func(c chan js.Value) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any { c <- args[0]; return nil })
	}
	resolve, reject := into(values), into(reasons)
	defer resolve.Release()
	defer reject.Release()
	promise.Call("then", resolve, reject)
	select {
	case value := <-values:
		return value, nil
	case reason := <-reasons:
		return js.Undefined(), js.Error{Value: reason}
	}
}

func arrayOf(data []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(array, data)
	return array
}
