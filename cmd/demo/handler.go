package main

import (
	"embed"
	"io/fs"
	"net/http"
	"os"
)

//go:embed pages
var pages embed.FS

// policy lets the page run its own code and the node's, and show media that it
// made itself, and nothing else.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; " +
	"img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// handler serves the page at the root and the package, from the directory
// dist, below /sharednode/.
func handler(dist string) http.Handler {
	page, err := fs.Sub(pages, "pages")
	if err != nil {
		panic(err) // the name above is wrong
	}
	mux := http.NewServeMux()
	mux.Handle("/", static{page})
	mux.Handle("/sharednode/", http.StripPrefix("/sharednode", static{os.DirFS(dist)}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		mux.ServeHTTP(w, r)
	})
}
