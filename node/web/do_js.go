package web

import (
	"context"
	"fmt"
	"io"
	"syscall/js"
)

// do asks a server.
func do(ctx context.Context, req Request) (_ answer, err error) {
	defer Catch(&err)
	abort := js.Global().Get("AbortController").New()
	unhook := context.AfterFunc(ctx, func() { abort.Call("abort") })
	resp, err := fetch(req, abort.Get("signal"))
	if err != nil {
		defer unhook()
		return answer{}, tellApart(ctx, req.URL, err, abort.Get("signal"))
	}
	headers := resp.Get("headers")
	return answer{
		status:      resp.Get("status").Int(),
		redirect:    resp.Get("type").String() == "opaqueredirect",
		contentType: header(headers, "Content-Type"),
		retryAfter:  header(headers, "Retry-After"),
		body:        newBody(resp, abort, unhook),
	}, nil
}

func fetch(req Request, signal js.Value) (js.Value, error) {
	headers := map[string]any{}
	for name, value := range req.Header {
		headers[name] = value
	}
	options := map[string]any{
		"method":         req.Method,
		"headers":        headers,
		"credentials":    "omit",
		"redirect":       "manual",
		"referrerPolicy": "no-referrer",
		"cache":          "no-store", // what is worth keeping is kept in the repo
		"signal":         signal,
	}
	if req.Body != nil {
		options["body"] = ArrayOf(req.Body)
	}
	return Await(js.Global().Call("fetch", req.URL, options))
}

func header(headers js.Value, name string) string {
	if value := headers.Call("get", name); !value.IsNull() {
		return value.String()
	}
	return ""
}

// tellApart finds out why a request failed, of which a browser says nothing: a
// server that answers one whose answer no script may see, is there.
func tellApart(ctx context.Context, url string, failed error, signal js.Value) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	_, err := Await(js.Global().Call("fetch", url, map[string]any{
		"method":         "HEAD",
		"mode":           "no-cors",
		"credentials":    "omit",
		"referrerPolicy": "no-referrer",
		"cache":          "no-store",
		"signal":         signal,
	}))
	if err == nil {
		return errCORS
	}
	return fmt.Errorf("%w: %w", errUnreachable, failed)
}

// body is that of a response, read as it comes.
type body struct {
	reader js.Value // undefined if there is none
	rest   []byte   // of the last piece
	abort  js.Value
	unhook func() bool
}

func newBody(resp, abort js.Value, unhook func() bool) io.ReadCloser {
	b := &body{abort: abort, unhook: unhook}
	if stream := resp.Get("body"); stream.Truthy() {
		b.reader = stream.Call("getReader")
	}
	return b
}

// Read reads on. The end of the request's context ends it.
func (b *body) Read(p []byte) (_ int, err error) {
	defer Catch(&err)
	for len(b.rest) == 0 {
		if b.reader.IsUndefined() {
			return 0, io.EOF
		}
		piece, err := Await(b.reader.Call("read"))
		if err != nil {
			return 0, err
		}
		if piece.Get("done").Bool() {
			return 0, io.EOF
		}
		b.rest = BytesOf(piece.Get("value"))
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// Close has the browser drop what is still to come.
func (b *body) Close() error {
	b.unhook()
	b.abort.Call("abort")
	return nil
}

// pageOrigin is that of the page or worker.
func pageOrigin() string {
	if location := js.Global().Get("location"); location.Truthy() {
		return location.Get("origin").String()
	}
	return ""
}
