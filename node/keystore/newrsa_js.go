package keystore

import (
	"context"
	"syscall/js"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/web"
)

// newRSA makes an RSA key, and returns it as PKCS#8.
func newRSA(ctx context.Context, bits int) (_ []byte, err error) {
	defer web.Catch(&err)
	subtle, err := webCrypto()
	if err != nil {
		return nil, err
	}
	exponent := js.Global().Get("Uint8Array").Call("of", 1, 0, 1)
	pair, err := web.Await(subtle.Call("generateKey", map[string]any{
		"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256", "modulusLength": bits, "publicExponent": exponent,
	}, true, []any{"sign", "verify"}))
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	der, err := web.Await(subtle.Call("exportKey", "pkcs8", pair.Get("privateKey")))
	if err != nil {
		return nil, err
	}
	return web.BytesOf(js.Global().Get("Uint8Array").New(der)), nil
}

// webCrypto returns crypto.subtle.
func webCrypto() (js.Value, error) {
	crypto := js.Global().Get("crypto")
	if !crypto.Truthy() || !crypto.Get("subtle").Truthy() {
		return js.Undefined(), nodeapi.Errorf(nodeapi.CodeNotSupported, nil,
			"this takes the browser's WebCrypto, which only pages have that came over https")
	}
	return crypto.Get("subtle"), nil
}
