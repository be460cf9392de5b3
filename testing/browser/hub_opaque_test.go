package browser

import (
	"fmt"
	"net/http"
)

// opaque serves a page that has no origin.
func opaque(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Security-Policy", "sandbox allow-scripts")
	fmt.Fprint(rw, `<!doctype html><title>opaque</title><body><script src="opaque.js"></script>`)
}
