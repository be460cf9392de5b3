package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DefaultIdle is how long an answer may take to begin, and then to go on.
const DefaultIdle = 20 * time.Second

// Request is a question to a server.
type Request struct {
	URL    string            // required
	Method string            // GET unless set
	Header map[string]string // optional
	Body   []byte            // optional; not changed until the answer has come
	// MaxBytes is the most of the answer's body that is read. Required.
	MaxBytes int64
	// Idle is how long to wait for the next byte. Default DefaultIdle.
	Idle time.Duration
}

// Response is an answer, of any status but a redirect's.
type Response struct {
	Status      int
	ContentType string
	RetryAfter  string // the header, empty if there is none

	body    io.ReadCloser
	origin  string
	left    int64
	ctx     context.Context
	waiting *time.Timer
	idle    time.Duration
	cancel  context.CancelCauseFunc

	mu   sync.Mutex // guards following
	over bool
}

// ErrIdle is what the error wraps of a server that says nothing for too long.
var ErrIdle = errors.New("it says nothing for too long")

// errUnreachable is what a leaf returns when there is no answer, wrapped with what
// the platform says of it, and errCORS when there is one that is withheld.
var (
	errUnreachable = errors.New("it cannot be reached")
	errCORS        = errors.New("it does not allow this origin (CORS)")
)

// Fetch asks a server. The response must be closed. Its error, and those of
// reading the response, have a code, unless they are why ctx ended.
func Fetch(ctx context.Context, req Request) (*Response, error) {
	if req.Method == "" {
		req.Method = "GET"
	}
	if req.Idle == 0 {
		req.Idle = DefaultIdle
	}
	r := &Response{origin: originOf(req.URL), left: req.MaxBytes, idle: req.Idle}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.waiting = time.AfterFunc(req.Idle, func() { r.cancel(ErrIdle) })
	a, err := do(r.ctx, req)
	if err != nil {
		err = r.explain(err)
		r.end()
		return nil, err
	}
	r.Status, r.ContentType, r.RetryAfter, r.body = a.status, a.contentType, a.retryAfter, a.body
	if a.redirect || a.status >= 300 && a.status < 400 {
		_ = r.Close()
		return nil, r.refused("it redirects, which is not followed")
	}
	r.waiting.Reset(r.idle)
	return r, nil
}

// answer is what a leaf returns: the head, and the body as it comes. Its reads
// end when the context of the request does.
type answer struct {
	status                  int
	redirect                bool // whose status may be withheld
	contentType, retryAfter string
	body                    io.ReadCloser
}

// Read reads the body. More than was allowed is an error.
func (r *Response) Read(p []byte) (int, error) {
	if int64(len(p)) > r.left+1 {
		p = p[:r.left+1]
	}
	n, err := r.body.Read(p)
	r.left -= int64(n)
	if r.left < 0 {
		return 0, r.Malformed("its answer is too long")
	}
	if err != nil && err != io.EOF {
		return n, r.explain(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.waiting.Reset(r.idle)
	}
	return n, err
}

// Close ends the request.
func (r *Response) Close() error {
	r.end()
	if r.body == nil {
		return nil
	}
	return r.body.Close()
}

func (r *Response) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	r.waiting.Stop()
	r.cancel(nil)
}

// explain gives an error its code.
func (r *Response) explain(err error) error {
	cause := context.Cause(r.ctx)
	switch {
	case errors.Is(cause, ErrIdle):
		return r.fail(nodeapi.CodeHTTPUnreachable, ErrIdle)
	case cause != nil:
		return cause
	case errors.Is(err, errCORS):
		e := r.fail(nodeapi.CodeCORSRefused, err)
		e.Details["origin"] = pageOrigin()
		return e
	}
	return r.fail(nodeapi.CodeHTTPUnreachable, err)
}

func (r *Response) fail(code nodeapi.Code, err error) *nodeapi.Error {
	return nodeapi.Errorf(code, map[string]any{"url": r.origin}, "%s: %w", r.origin, err)
}

// Malformed is the error of an answer that is not what was asked for.
func (r *Response) Malformed(format string, args ...any) error {
	return r.fail(nodeapi.CodeHTTPMalformed, fmt.Errorf(format, args...))
}

// Refused is the error of an answer whose status is that of one.
func (r *Response) Refused() error { return r.refused("") }

func (r *Response) refused(why string) error {
	if why == "" {
		why = fmt.Sprintf("it answers with status %d", r.Status)
	}
	e := r.fail(nodeapi.CodeHTTPRefused, errors.New(why))
	e.Details["status"] = r.Status
	return e
}
