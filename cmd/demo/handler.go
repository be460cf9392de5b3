package main

import (
	"embed"
	"io/fs"
	"net/http"
	"os"
)

//go:embed pages
var pages embed.FS

// policy lets the pages run their own code and the node's, dial peers, and show
// media that they made themselves, and nothing else.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; " +
	"connect-src 'self' ws: wss:; " +
	"img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// handler serves the pages at the root, the package, from the directory dist,
// below /sharednode/, and at /peer.json what peer answers; and, to who asks for
// their hosts, two sites and their hub.
func handler(dist string, peer http.Handler) http.Handler {
	page, err := fs.Sub(pages, "pages")
	if err != nil {
		panic(err) // the name above is wrong
	}
	mux := http.NewServeMux()
	mux.Handle("/", static{page})
	mux.Handle("/peer.json", peer)
	mux.HandleFunc("/sites", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, at(gardenHost, r)+"/", http.StatusFound)
	})
	mux.Handle("/sharednode/", http.StripPrefix("/sharednode", static{os.DirFS(dist)}))
	hub, site := hubHandler(dist), siteHandler(dist, page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		switch hostOf(r) {
		case hubHost:
			hub.ServeHTTP(w, r)
		case gardenHost, kitchenHost:
			site.ServeHTTP(w, r)
		default:
			w.Header().Set("Content-Security-Policy", policy)
			mux.ServeHTTP(w, r)
		}
	})
}
