package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// static serves files: in a compressed form that lies beside them where the
// browser takes one, in parts where it asks for them, and not at all where it
// still has them. It is asked each time whether they changed, so that a new
// build is seen at once.
type static struct{ files fs.FS }

// types are those of what is served, told here because what the system says of
// them differs from one to the next.
var types = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".md":   "text/plain; charset=utf-8",
	".svg":  "image/svg+xml",
	".ts":   "text/plain; charset=utf-8",
	".wasm": "application/wasm",
}

func (s static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	encoding, file, err := s.open(name, r)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Close()
	if err := serve(w, r, name, encoding, file); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// encodings are the compressed forms, the best first.
var encodings = []struct{ name, suffix string }{
	{"br", ".br"},
	{"gzip", ".gz"},
}

// open opens the file name in the best form for r, and says which that is. A
// part is always one of the file itself.
func (s static) open(name string, r *http.Request) (encoding string, file fs.File, err error) {
	if r.Header.Get("Range") == "" {
		for _, e := range encodings {
			if !accepts(r, e.name) {
				continue
			}
			if file, err := s.files.Open(name + e.suffix); err == nil {
				return e.name, file, nil
			}
		}
	}
	file, err = s.files.Open(name)
	return "", file, err
}

// accepts reports whether r's Accept-Encoding names the encoding, without a
// weight of 0.
func accepts(r *http.Request, encoding string) bool {
	for _, header := range r.Header.Values("Accept-Encoding") {
		for item := range strings.SplitSeq(header, ",") {
			name, weight, _ := strings.Cut(item, ";")
			weight = strings.TrimSpace(weight)
			if strings.TrimSpace(name) == encoding && weight != "q=0" && weight != "q=0.0" {
				return true
			}
		}
	}
	return false
}

func serve(w http.ResponseWriter, r *http.Request, name, encoding string, file fs.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	content, ok := file.(io.ReadSeeker)
	if info.IsDir() || !ok {
		http.NotFound(w, r)
		return nil
	}
	tag, err := entityTag(info, encoding, content)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Cache-Control", "no-cache") // to be asked for, not to be forgotten
	header.Set("ETag", tag)
	header.Set("Vary", "Accept-Encoding")
	if t := types[path.Ext(name)]; t != "" {
		header.Set("Content-Type", t)
	}
	if encoding != "" {
		header.Set("Content-Encoding", encoding)
	}
	http.ServeContent(w, r, name, info.ModTime(), content)
	return nil
}

// entityTag names what a file holds and in which form: by its time and length,
// or where it has no time, as what is embedded in the program, by its hash.
func entityTag(info fs.FileInfo, encoding string, content io.ReadSeeker) (string, error) {
	if !info.ModTime().IsZero() {
		return fmt.Sprintf(`"%x-%x%s"`, info.ModTime().UnixNano(), info.Size(), encoding), nil
	}
	hash := sha256.New()
	_, err := io.Copy(hash, content)
	_, seekErr := content.Seek(0, io.SeekStart)
	return fmt.Sprintf(`"%x%s"`, hash.Sum(nil), encoding), errors.Join(err, seekErr)
}
