package keystore

import (
	"context"
	"syscall/js"

	"github.com/sharednode/sharednode/node/web"
)

// derive makes a key of a password, by PBKDF2 with the HMAC of a function. What
// takes that long on purpose must not hold up the worker.
func derive(ctx context.Context, function, password string, salt []byte, rounds, length int) (_ []byte, err error) {
	defer web.Catch(&err)
	subtle, err := webCrypto()
	if err != nil {
		return nil, err
	}
	raw, err := web.Await(subtle.Call("importKey", "raw", web.ArrayOf([]byte(password)), "PBKDF2", false, []any{"deriveBits"}))
	if err != nil {
		return nil, err
	}
	bits, err := web.Await(subtle.Call("deriveBits", map[string]any{
		"name": "PBKDF2", "hash": function, "salt": web.ArrayOf(salt), "iterations": rounds,
	}, raw, 8*length))
	if err != nil {
		return nil, err
	}
	return web.BytesOf(js.Global().Get("Uint8Array").New(bits)), context.Cause(ctx)
}
