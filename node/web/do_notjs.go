//go:build !js

package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// do asks a server.
func do(ctx context.Context, req Request) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, req.Method, req.URL, bytes.NewReader(req.Body))
	if err != nil {
		return answer{}, err
	}
	for name, value := range req.Header {
		r.Header.Set(name, value)
	}
	resp, err := client.Do(r) //nolint:bodyclose // Response.Close does it
	if err != nil {
		var whole *url.Error // has the URL in it, which may be secret
		if errors.As(err, &whole) {
			err = whole.Err
		}
		return answer{}, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	return answer{
		status:      resp.StatusCode,
		contentType: resp.Header.Get("Content-Type"),
		retryAfter:  resp.Header.Get("Retry-After"),
		body:        resp.Body,
	}, nil
}

// pageOrigin is that of no page.
func pageOrigin() string { return "" }
