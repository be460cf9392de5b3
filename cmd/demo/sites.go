package main

import (
	"io/fs"
	"net"
	"net/http"
	"os"
)

// Names below "localhost" are this machine, to browsers, and each is a site of its
// own: two that use the node of a third, their hub.
const (
	hubHost     = "hub.localhost"
	gardenHost  = "garden.localhost"
	kitchenHost = "kitchen.localhost"
)

// at returns the origin of a host at the port that a request came to.
func at(host string, r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		host = net.JoinHostPort(host, port)
	}
	return "http://" + host
}

// hostOf returns the host that a request names, without its port.
func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

// hubHandler serves the package, whose hub.html the sites have in a frame. What its
// pages may do they say themselves.
func hubHandler(dist string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", http.RedirectHandler("/sharednode/hub.html", http.StatusFound))
	mux.Handle("/sharednode/", http.StripPrefix("/sharednode", static{os.DirFS(dist)}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "frame-ancestors "+at(gardenHost, r)+" "+at(kitchenHost, r))
		mux.ServeHTTP(w, r)
	})
}

// siteHandler serves the page of both sites. It needs of the package what asks the
// hub, and no node.
func siteHandler(dist string, pages fs.FS) http.Handler {
	site, err := fs.Sub(pages, "site")
	if err != nil {
		panic(err) // the name above is wrong
	}
	mux := http.NewServeMux()
	mux.Handle("/", static{site})
	for _, shared := range []string{"/style.css", "/icon.svg", "/dom.js"} {
		mux.Handle(shared, static{pages})
	}
	mux.Handle("/sharednode/", http.StripPrefix("/sharednode", static{os.DirFS(dist)}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-src "+at(hubHost, r)+"; "+
			"img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		mux.ServeHTTP(w, r)
	})
}
