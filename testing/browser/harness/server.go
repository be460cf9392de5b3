package harness

import (
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path"
	"sync"
)

// Server serves pages on a port of the loopback interface that stays the same
// as long as it lives, so that an origin outlives the browsers.
type Server struct {
	origin string
	http   *http.Server
	mux    *http.ServeMux
	caches string

	mu     sync.Mutex // guards following
	broken map[string]int
	files  map[string][]byte
}

// NewServer starts a server. cacheControl goes with each response.
func NewServer(cacheControl string) (*Server, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("harness: server: %w", err)
	}
	s := &Server{
		origin: "http://" + listener.Addr().String(), mux: http.NewServeMux(), caches: cacheControl,
		broken: map[string]int{}, files: map[string][]byte{},
	}
	// Browsers ask for it unasked, and log an error when it is not there.
	s.mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s.http = &http.Server{Handler: s}
	go func() { _ = s.http.Serve(listener) }() // until Close
	return s, nil
}

// Origin is where the server is, without a slash at its end.
func (s *Server) Origin() string { return s.origin }

// Files serves the files of fsys under prefix, which has a slash on both ends.
func (s *Server) Files(prefix string, fsys fs.FS) {
	s.mux.Handle(prefix, http.StripPrefix(prefix, http.FileServerFS(fsys)))
}

// HandleFunc has a function answer what a pattern of http.ServeMux matches.
func (s *Server) HandleFunc(pattern string, f http.HandlerFunc) { s.mux.HandleFunc(pattern, f) }

// File serves content at a path, as what the path's ending says. It may be
// called again for the same path.
func (s *Server) File(path string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = content
}

// Break answers requests for a path with an HTTP status until Mend.
func (s *Server) Break(path string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken[path] = status
}

// Mend ends what Break began.
func (s *Server) Mend(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.broken, path)
}

// Close ends the server.
func (s *Server) Close() error { return s.http.Close() }

// types are the content types that browsers insist on, so that they do not
// depend on what the machine knows.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".mjs":  "text/javascript; charset=utf-8",
	".json": "application/json",
	".map":  "application/json",
	".svg":  "image/svg+xml",
	".wasm": "application/wasm",
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	status, content := s.broken[r.URL.Path], s.files[r.URL.Path]
	s.mu.Unlock()
	if status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	if t := types[path.Ext(r.URL.Path)]; t != "" {
		w.Header().Set("Content-Type", t)
	}
	w.Header().Set("Cache-Control", s.caches)
	if content != nil {
		_, _ = w.Write(content)
		return
	}
	s.mux.ServeHTTP(w, r)
}
