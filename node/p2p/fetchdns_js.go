package p2p

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall/js"

	"github.com/sharednode/sharednode/node/web"
)

const dnsContent = "application/dns-message"

// fetchDNS gets the answer at a URL. It calls fetch itself: net/http would cost
// far more to download than this.
func fetchDNS(ctx context.Context, url string) (_ []byte, err error) {
	defer web.Catch(&err)
	abort := js.Global().Get("AbortController").New()
	unhook := context.AfterFunc(ctx, func() { abort.Call("abort") })
	defer unhook()
	resp, err := web.Await(js.Global().Call("fetch", url, map[string]any{
		"headers":     map[string]any{"Accept": dnsContent},
		"credentials": "omit",
		"signal":      abort.Get("signal"),
	}))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	kind := resp.Get("headers").Call("get", "Content-Type")
	if !resp.Get("ok").Bool() || kind.IsNull() || !strings.HasPrefix(kind.String(), dnsContent) {
		return nil, fmt.Errorf("the server answered %d", resp.Get("status").Int())
	}
	body, err := web.Await(resp.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	size := body.Get("byteLength").Int()
	if size > dohMaxAnswer {
		return nil, errors.New("the answer is too long")
	}
	answer := make([]byte, size)
	js.CopyBytesToGo(answer, js.Global().Get("Uint8Array").New(body))
	return answer, nil
}
