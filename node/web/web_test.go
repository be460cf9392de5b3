package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/web"
)

func TestCheckURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://A.example/":           "https://a.example",
		"https://a.example:8443/b/":    "https://a.example:8443/b",
		"http://127.0.0.1:1":           "http://127.0.0.1:1",
		"http://127.1.2.3":             "http://127.1.2.3",
		"http://[::1]:1/b":             "http://[::1]:1/b",
		"http://localhost":             "http://localhost",
		"http://a.localhost:1":         "http://a.localhost:1",
		"http://a.example":             "",
		"http://127.0.0.1.example":     "",
		"http://localhost.example":     "",
		"http://0.0.0.0":               "",
		"http://10.0.0.1":              "",
		"ftp://a.example":              "",
		"//a.example":                  "",
		"a.example":                    "",
		"":                             "",
		"https://":                     "",
		"https://:443":                 "",
		"https://a.example?":           "",
		"https://a.example?b":          "",
		"https://a.example#b":          "",
		"https://user@a.example":       "",
		"https://user:hidden@a.ex":     "",
		"https://a.example/%zz":        "",
		"https://" + long(3000):        "",
		"javascript:alert(1)//a.b":     "",
		"data:text/html,https://a.exa": "",
	} {
		got, err := web.CheckURL(text)
		if want == "" {
			if nodeapi.CodeOf(err) != nodeapi.CodeInvalidURL {
				t.Errorf("%.60q: got %q, %v; want invalid-url", text, got, err)
			} else if strings.Contains(err.Error(), "hidden") || len(err.Error()) > 500 {
				t.Errorf("%.60q: the error tells too much: %v", text, err)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func long(n int) string { return strings.Repeat("a", n) }

func serve(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.URL
}

func fetch(ctx context.Context, req web.Request) (string, *web.Response, error) {
	if req.MaxBytes == 0 {
		req.MaxBytes = 100
	}
	resp, err := web.Fetch(ctx, req)
	if err != nil {
		return "", nil, err
	}
	defer resp.Close()
	data, err := io.ReadAll(resp)
	return string(data), resp, err
}

func TestFetch(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/x")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
		_, _ = io.WriteString(w, r.Method+" "+r.Header.Get("X-Header")+" "+string(body))
	})
	got, resp, err := fetch(t.Context(), web.Request{URL: url, Method: "PUT", Header: map[string]string{"X-Header": "h"}, Body: []byte("body")})
	if err != nil || got != "PUT h body" || resp.Status != 429 || resp.ContentType != "text/x" || resp.RetryAfter != "7" {
		t.Errorf("got %q, %+v, %v", got, resp, err)
	}
	err = resp.Refused()
	var e *nodeapi.Error
	if !errors.As(err, &e) || e.Code != nodeapi.CodeHTTPRefused || e.Details["status"] != 429 || e.Details["url"] != url {
		t.Errorf("Refused: got %v", err)
	}
}

// What is as long as it may be is read; a byte more is an error.
func TestMaxBytes(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, long(100)) })
	if got, _, err := fetch(t.Context(), web.Request{URL: url}); err != nil || len(got) != 100 {
		t.Errorf("got %d bytes, %v; want 100", len(got), err)
	}
	got, _, err := fetch(t.Context(), web.Request{URL: url, MaxBytes: 99})
	if nodeapi.CodeOf(err) != nodeapi.CodeHTTPMalformed || len(got) > 99 {
		t.Errorf("got %d bytes, %v; want http-malformed", len(got), err)
	}
}

// Errors say with which server, and nothing of what was asked.
func TestFailures(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	stop := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for name, c := range map[string]struct {
		url  string
		code nodeapi.Code
	}{
		"is gone":       {gone.URL, nodeapi.CodeHTTPUnreachable},
		"hangs":         {serve(t, hang), nodeapi.CodeHTTPUnreachable},
		"stops":         {serve(t, stop), nodeapi.CodeHTTPUnreachable},
		"hangs up":      {serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), nodeapi.CodeHTTPUnreachable},
		"redirects":     {serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusPermanentRedirect) }), nodeapi.CodeHTTPRefused},
		"has no TLS":    {strings.Replace(gone.URL, "http:", "https:", 1), nodeapi.CodeHTTPUnreachable},
		"does not care": {serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) }), nodeapi.CodeHTTPRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := fetch(t.Context(), web.Request{URL: c.url + "/secret?q=secret", Idle: 200 * time.Millisecond})
			var e *nodeapi.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Details["url"] != c.url {
				t.Fatalf("got %v; want %s of %s", err, c.code, c.url)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells what was asked: %v", err)
			}
		})
	}
}

// An answer that goes on slowly is read to its end: only silence counts.
func TestSlow(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for range 10 {
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	})
	if got, _, err := fetch(t.Context(), web.Request{URL: url, Idle: 400 * time.Millisecond}); err != nil || len(got) != 10 {
		t.Errorf("got %q, %v; want all of it", got, err)
	}
}

func TestCanceled(t *testing.T) {
	began := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		close(began)
		<-r.Context().Done()
	})
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-began
		cancel(enough)
	}()
	if _, _, err := fetch(ctx, web.Request{URL: url}); !errors.Is(err, enough) {
		t.Errorf("got %v; want why it was canceled", err)
	}
}
