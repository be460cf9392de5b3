package pubsub

import (
	"errors"
	"unicode/utf8"
)

var (
	errDocumentTooLarge = errors.New("a document over the limit")
	errNotADocument     = errors.New("bytes that are no JSON object")
	errNotUTF8          = errors.New("a document that is not UTF-8")
)

// splitter finds the JSON objects in a stream that has nothing between them,
// wherever it is cut into pieces. It knows only as much of JSON as that takes:
// strings, and how deep the brackets are. Whether a document is JSON at all is
// for the decoder to say.
//
// What cannot be part of an object is a fault; the splitter then goes on at the
// next opening brace. It reads each byte once and keeps limit bytes at most.
type splitter struct {
	limit int // bytes of a document
	// document is called with each document, valid until it returns.
	document func([]byte)
	// fault is called once for each run of bytes that had to be dropped.
	fault func(error)

	buf      []byte // the document so far; empty in one over the limit
	depth    int    // open brackets; 0 between documents
	text     bool   // within a string
	escaped  bool   // after a backslash in a string
	skipping bool   // between documents, within a run of bytes that are no document
	over     bool   // within a document over the limit
}

// maxDepth is how deep a document may nest. Those of rooms have two levels.
const maxDepth = 16

// write takes the next piece of the stream.
func (s *splitter) write(p []byte) {
	start := 0 // of what is not yet in buf
	for i := 0; i < len(p); i++ {
		if s.depth == 0 {
			s.between(p[i])
			start = i
			continue
		}
		if s.text && !s.escaped { // most of a document is its data
			if i += plainText(p[i:]); i == len(p) {
				break
			}
		}
		switch s.within(p[i]) {
		case documentEnds:
			s.keep(p[start : i+1])
			s.end()
		case documentBroken:
			s.reset()
			s.skip()
		}
	}
	if s.depth > 0 {
		s.keep(p[start:])
	}
}

// pending is how many bytes of an unfinished document are held.
func (s *splitter) pending() int { return cap(s.buf) }

// between takes a byte that is in no document.
func (s *splitter) between(c byte) {
	switch c {
	case '{':
		s.depth, s.skipping = 1, false
	case ' ', '\t', '\r', '\n':
	default:
		s.skip()
	}
}

// skip tells of the first of a run of bytes that are dropped.
func (s *splitter) skip() {
	if !s.skipping {
		s.skipping = true
		s.fault(errNotADocument)
	}
}

// plainText returns how many bytes p begins with that are nothing but text
// within a string.
func plainText(p []byte) int {
	for i, c := range p {
		if c == '"' || c == '\\' || c < ' ' {
			return i
		}
	}
	return len(p)
}

const (
	documentGoesOn = iota
	documentEnds
	documentBroken
)

// within takes a byte of a document and says what became of that.
func (s *splitter) within(c byte) int {
	switch {
	case s.escaped:
		s.escaped = false
	case s.text:
		switch {
		case c == '\\':
			s.escaped = true
		case c == '"':
			s.text = false
		case c < ' ':
			return documentBroken
		}
	case c == '"':
		s.text = true
	case c == '{' || c == '[':
		if s.depth++; s.depth > maxDepth {
			return documentBroken
		}
	case c == '}' || c == ']':
		if s.depth--; s.depth == 0 {
			return documentEnds
		}
	case !bareJSON(c):
		return documentBroken
	}
	return documentGoesOn
}

// bareJSON reports whether c may stand in JSON outside of strings: in a number,
// in true, false or null, between them, or as white space.
func bareJSON(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ':', '+', '-', '.', 'E':
		return true
	}
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z'
}

// keep adds bytes to the document, while that is not over the limit.
func (s *splitter) keep(p []byte) {
	switch {
	case s.over:
	case len(s.buf)+len(p) > s.limit:
		s.over, s.buf = true, nil
	default:
		s.buf = append(s.buf, p...)
	}
}

func (s *splitter) end() {
	switch {
	case s.over:
		s.fault(errDocumentTooLarge)
	case !utf8.Valid(s.buf):
		s.fault(errNotUTF8)
	default:
		s.document(s.buf)
	}
	s.reset()
}

// reset makes ready for the next document. A large buffer is let go, since many
// streams wait long for the next document.
func (s *splitter) reset() {
	if cap(s.buf) > keptBuffer {
		s.buf = nil
	}
	s.buf = s.buf[:0]
	s.depth, s.text, s.escaped, s.over = 0, false, false, false
}

// keptBuffer is how large a buffer may be that a stream keeps between documents.
const keptBuffer = 4 << 10
