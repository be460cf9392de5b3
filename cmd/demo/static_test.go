package main

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"time"
)

var built = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func testFiles() fs.FS {
	return fstest.MapFS{
		"index.html":   {Data: []byte("<p>hello")}, // as if embedded: no time
		"node.wasm":    {Data: []byte("0123456789"), ModTime: built},
		"node.wasm.br": {Data: []byte("brotli"), ModTime: built},
		"node.wasm.gz": {Data: []byte("gzip"), ModTime: built},
		"types/a.d.ts": {Data: []byte("export {}"), ModTime: built},
	}
}

func TestStatic(t *testing.T) {
	for _, test := range []struct {
		name, method, target string
		header               http.Header
		status               int
		body                 string
		want                 map[string]string
	}{
		{
			name: "root", target: "/", status: 200, body: "<p>hello",
			want: map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"},
		},
		{
			name: "plain", target: "/node.wasm", status: 200, body: "0123456789",
			want: map[string]string{"Content-Type": "application/wasm", "Content-Encoding": "", "Vary": "Accept-Encoding"},
		},
		{
			name: "brotli first", target: "/node.wasm", status: 200, body: "brotli",
			header: http.Header{"Accept-Encoding": {"gzip, deflate, br, zstd"}},
			want:   map[string]string{"Content-Type": "application/wasm", "Content-Encoding": "br"},
		},
		{
			name: "gzip", target: "/node.wasm", status: 200, body: "gzip",
			header: http.Header{"Accept-Encoding": {"gzip;q=0.5"}},
			want:   map[string]string{"Content-Encoding": "gzip"},
		},
		{
			name: "refused encodings", target: "/node.wasm", status: 200, body: "0123456789",
			header: http.Header{"Accept-Encoding": {"br;q=0, gzip; q=0"}},
			want:   map[string]string{"Content-Encoding": ""},
		},
		{
			name: "no compressed form", target: "/index.html", status: 200, body: "<p>hello",
			header: http.Header{"Accept-Encoding": {"br"}},
			want:   map[string]string{"Content-Encoding": ""},
		},
		{
			name: "range is of the file itself", target: "/node.wasm", status: 206, body: "345",
			header: http.Header{"Accept-Encoding": {"br"}, "Range": {"bytes=3-5"}},
			want:   map[string]string{"Content-Range": "bytes 3-5/10", "Content-Encoding": ""},
		},
		{
			name: "range past the end", target: "/node.wasm", status: 416,
			header: http.Header{"Range": {"bytes=10-"}},
		},
		{name: "head", method: http.MethodHead, target: "/node.wasm", status: 200, want: map[string]string{"Content-Length": "10"}},
		{name: "post", method: http.MethodPost, target: "/node.wasm", status: 405},
		{name: "missing", target: "/missing", status: 404},
		{name: "directory", target: "/types", status: 404},
		{name: "outside", target: "/../static.go", status: 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := get(static{testFiles()}, test.method, test.target, test.header)
			if got.Code != test.status {
				t.Fatalf("got status %d; want %d", got.Code, test.status)
			}
			if body := got.Body.String(); test.body != "" && body != test.body {
				t.Errorf("got body %q; want %q", body, test.body)
			}
			for name, want := range test.want {
				if value := got.Header().Get(name); value != want {
					t.Errorf("%s: got %q; want %q", name, value, want)
				}
			}
		})
	}
}

// TestStaticAgain asks a second time, as a browser does that kept the first
// answer.
func TestStaticAgain(t *testing.T) {
	files := testFiles()
	tags := map[string]string{}
	for _, target := range []string{"/node.wasm", "/index.html"} {
		for _, encoding := range []string{"", "br"} {
			header := http.Header{"Accept-Encoding": {encoding}}
			first := get(static{files}, "", target, header)
			tag := first.Header().Get("ETag")
			if tag == "" {
				t.Fatalf("%s: no ETag", target)
			}
			header.Set("If-None-Match", tag)
			if again := get(static{files}, "", target, header); again.Code != http.StatusNotModified {
				t.Errorf("%s %q: got status %d; want 304", target, encoding, again.Code)
			}
			tags[target+encoding] = tag
		}
	}
	if tags["/node.wasm"] == tags["/node.wasmbr"] {
		t.Errorf("both forms have the ETag %s", tags["/node.wasm"])
	}

	files.(fstest.MapFS)["node.wasm"].ModTime = built.Add(time.Second)
	header := http.Header{"If-None-Match": {tags["/node.wasm"]}}
	if rebuilt := get(static{files}, "", "/node.wasm", header); rebuilt.Code != http.StatusOK {
		t.Errorf("after a new build: got status %d; want 200", rebuilt.Code)
	}
}

func get(h http.Handler, method, target string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1"+target, nil)
	if header != nil {
		r.Header = header.Clone()
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
