package nodeapi

import (
	"errors"
	"fmt"
)

// Code says what kind of error an Error is. Codes are stable: the list only
// grows, and no code changes its meaning.
type Code string

// The codes that a node or its server answers with. A port adds its own
// (package messageport), and the clients theirs.
const (
	// CodeInternal: a fault of the node's own.
	CodeInternal Code = "internal"
	// CodeBadRequest: a request that cannot be decoded, or a stream of a shape
	// that the method does not take.
	CodeBadRequest Code = "bad-request"
	// CodeInvalidOption: an option whose value is out of range or of the wrong
	// type. Details: option, value.
	CodeInvalidOption Code = "invalid-option"
	// CodeInvalidCID: text or bytes that are not a CID. Details: value.
	CodeInvalidCID Code = "invalid-cid"
	// CodeInvalidPath: text that is not a path. Details: value.
	CodeInvalidPath Code = "invalid-path"
	// CodeInvalidChunker: a chunker that cannot be read or whose sizes are out
	// of range. Details: value.
	CodeInvalidChunker Code = "invalid-chunker"
	// CodeUnknownCodec: a codec the node does not have. Details: value.
	CodeUnknownCodec Code = "unknown-codec"
	// CodeUnknownHash: a hash function the node does not have or holds unsafe.
	// Details: value.
	CodeUnknownHash Code = "unknown-hash"
	// CodeInvalidBlock: bytes that the codec cannot decode, or that do not hash
	// to the CID they came under. Details: cid, where known.
	CodeInvalidBlock Code = "invalid-block"
	// CodeBlockTooLarge: a block over the limit. Details: size, limit.
	CodeBlockTooLarge Code = "block-too-large"
	// CodeNotFound: a block that neither the repo nor, if online, the network
	// has. Details: cid.
	CodeNotFound Code = "not-found"
	// CodeNoLink: a path that goes through a name that is not there. Details:
	// path, cid (the node in which it ended) where known, link.
	CodeNoLink Code = "no-link"
	// CodeNotAFile: cat, or files.read and files.write, of what is not a file.
	// Details: path.
	CodeNotAFile Code = "not-a-file"
	// CodeNotADirectory: a listing of, or a name in, what is not a directory.
	// Details: path.
	CodeNotADirectory Code = "not-a-directory"
	// CodeNotPinned: unpinning what is not pinned so. Details: cid.
	CodeNotPinned Code = "not-pinned"
	// CodePinned: what a pin stands in the way of, or the tree of files. Details: cid,
	// type, which is "files" for that, via; origin, if the pin is another one's, which
	// the node's owner alone is told.
	CodePinned Code = "pinned"
	// CodeSourceChanged: a file that gave more or fewer bytes than it said.
	// Details: path, expected, actual.
	CodeSourceChanged Code = "source-changed"
	// CodeStorageFull: the browser's quota or the configured limit is reached.
	// Details: kind, as below; used and limit if it is "storageMax".
	CodeStorageFull Code = "storage-full"
	// CodeStorageClosed: the store was closed or taken away under the node.
	CodeStorageClosed Code = "storage-closed"
	// CodeStorageFailed: the store answered with an error of another kind.
	CodeStorageFailed Code = "storage-failed"
	// CodeNotSupported: a method that this node does not have.
	CodeNotSupported Code = "not-supported"
	// CodeConfigConflict: a wish for a node field that differs from the running
	// configuration. Details: fields, a map from name to {wanted, running}.
	CodeConfigConflict Code = "config-conflict"
	// CodeTooManySessions: a client that the server has no room for. Details:
	// limit.
	CodeTooManySessions Code = "too-many-sessions"
	// CodeOffline: what needs a network, on a node whose network is off.
	CodeOffline Code = "offline"
	// CodeInvalidAddress: text that is not a multiaddr, or one that lacks a part
	// that is needed. Details: value.
	CodeInvalidAddress Code = "invalid-address"
	// CodeUndialableAddress: an address that this node has no transport for: in a
	// browser anything but a WebSocket or a circuit through one. Details: value.
	CodeUndialableAddress Code = "undialable-address"
	// CodeInvalidPeerID: text that is not a peer id. Details: value.
	CodeInvalidPeerID Code = "invalid-peer-id"
	// CodeDialFailed: a peer that could not be reached, or for which no address
	// is known. Details: peer.
	CodeDialFailed Code = "dial-failed"
	// CodeNotConnected: a peer that is not connected. Details: peer.
	CodeNotConnected Code = "not-connected"
	// CodeProtocolNotSupported: a peer that speaks none of the protocols. Details:
	// peer, protocols.
	CodeProtocolNotSupported Code = "protocol-not-supported"
	// CodeProtocolReserved: a protocol that the node itself handles. Details:
	// protocol.
	CodeProtocolReserved Code = "protocol-reserved"
	// CodeStreamReset: a stream that the other side, or the loss of the
	// connection, ended before its time.
	CodeStreamReset Code = "stream-reset"
	// CodeUnknownStream: a stream offered that was taken already, or not in time.
	CodeUnknownStream Code = "unknown-stream"
	// CodeInvalidTopic: a topic that is empty, too long or not UTF-8. Details:
	// value.
	CodeInvalidTopic Code = "invalid-topic"
	// CodeTopicNotAllowed: a topic outside Config.Topics. Details: topic.
	CodeTopicNotAllowed Code = "topic-not-allowed"
	// CodeTooManyTopics: more topics than a session may listen to, its rooms among
	// them. Details: limit.
	CodeTooManyTopics Code = "too-many-topics"
	// CodeTooManyStreams: more streams than a session may have, protocols than it may
	// handle, or sources of blocks than there may be. Details: limit.
	CodeTooManyStreams Code = "too-many-streams"
	// CodeMessageTooLarge: a message over the limit. Details: size, limit.
	CodeMessageTooLarge Code = "message-too-large"
	// CodeMessageRejected: a message that a validator of the topic refused.
	// Details: topic.
	CodeMessageRejected Code = "message-rejected"
	// CodeNotInRoom: a room that the session has not joined, or a recipient who
	// is not in it. Details: peer, where there is one.
	CodeNotInRoom Code = "not-in-room"
	// CodeUndelivered: a direct message that could not be handed to its
	// recipient. Details: peer.
	CodeUndelivered Code = "undelivered"
	// CodeStorageLow: as a warning, that the configured limit or the browser's
	// quota is near: told at 80 and at 95 percent, and to each new client while it
	// is so. Details: used, limit, and of which kind it is: "storageMax"
	// or "quota".
	CodeStorageLow Code = "storage-low"
	// CodeWorkerMoved: the repo's node runs in another worker, which is to be
	// asked instead. Details: worker, as the type Worker.
	CodeWorkerMoved Code = "worker-moved"
	// CodeClosing: a hello or a call that came while the server was closing. It
	// was not begun.
	CodeClosing Code = "closing"
	// CodeAlreadyExists: a path at which something is in the way. Details: path.
	CodeAlreadyExists Code = "already-exists"
	// CodeIsADirectory: a directory, where only a file will do unless asked for
	// otherwise. Details: path.
	CodeIsADirectory Code = "is-a-directory"
	// CodeNoSuchKey: a key that is not in the repo. Details: key, its name or id.
	CodeNoSuchKey Code = "no-such-key"
	// CodeKeyExists: a name that a key has already. Details: key.
	CodeKeyExists Code = "key-exists"
	// CodeInvalidKey: bytes that are no private key of a kind that the node has, or
	// not in the format that was said.
	CodeInvalidKey Code = "invalid-key"
	// CodeWrongPassword: an encrypted key that the password does not open.
	CodeWrongPassword Code = "wrong-password"
	// CodeInvalidName: text that is neither an IPNS name nor a domain. Details:
	// value.
	CodeInvalidName Code = "invalid-name"
	// CodeNameNotFound: a name of which nobody who was asked has a record. Details:
	// name.
	CodeNameNotFound Code = "name-not-found"
	// CodeNameLoop: a name that leads to names without end. Details: name.
	CodeNameLoop Code = "name-loop"
	// CodeInvalidRecord: a record that is malformed, not signed by its name's key,
	// expired, or older than the one that the repo has. Details: name.
	CodeInvalidRecord Code = "invalid-record"
	// CodeDNSFailed: a domain that could not be looked up. Details: name.
	CodeDNSFailed Code = "dns-failed"
	// CodeNoRouter: a question for routers, of which none is configured.
	CodeNoRouter Code = "no-router"
	// CodeInvalidURL: text that is no URL that may be used: one of https, or of http
	// on this machine. Details: value.
	CodeInvalidURL Code = "invalid-url"
	// CodeHTTPUnreachable: an HTTP server that gave no answer, or not in time.
	// Details: url, without path or query.
	CodeHTTPUnreachable Code = "http-unreachable"
	// CodeHTTPRefused: an HTTP server that answered with an error. Details: url, as
	// above; status.
	CodeHTTPRefused Code = "http-refused"
	// CodeHTTPMalformed: an HTTP server whose answer is too long or not what was
	// asked for. Details: url, as above.
	CodeHTTPMalformed Code = "http-malformed"
	// CodeCORSRefused: an HTTP server that is there, but whose answer the browser
	// withholds: the server does not allow the page's origin (CORS). Details: url, as
	// above; origin. It is a warning, too, of a gateway.
	CodeCORSRefused Code = "cors-refused"
	// CodeGatewayBlamed: as a warning, that a gateway is not asked for a while, for it
	// sent bytes that are not the block it was asked for. Details: url; cid.
	CodeGatewayBlamed Code = "gateway-blamed"
	// CodeUnauthorized: a pinning service that does not take the token. Details:
	// service.
	CodeUnauthorized Code = "unauthorized"
	// CodeNoSuchService: a pinning service that the node was not told of. Details:
	// service.
	CodeNoSuchService Code = "no-such-service"
	// CodeServiceExists: a name that a pinning service has already. Details:
	// service.
	CodeServiceExists Code = "service-exists"
	// CodePinFailed: what a pinning service could not pin. Details: service, cid.
	CodePinFailed Code = "pin-failed"
	// CodeManyPins: more than one pin where one was meant. Details: service.
	CodeManyPins Code = "many-pins"
	// CodeInvalidCAR: bytes that are no CAR, or a part of one. Details: offset, the
	// bytes that could be read; name, where there is one; cid, of the last block.
	CodeInvalidCAR Code = "invalid-car"
	// CodeNoSuchRecord: a key under which no application has kept anything. Details:
	// key.
	CodeNoSuchRecord Code = "no-such-record"
	// CodeBatchTooLarge: more at once than one batch of changes may be. Details:
	// limit, in bytes; changes, how many there may be.
	CodeBatchTooLarge Code = "batch-too-large"
	// CodeNotGranted: what a session of another origin, or of a port with fewer rights,
	// was not granted. Details: method; grant, what it would need, where there is such
	// a grant.
	CodeNotGranted Code = "not-granted"
	// CodeGrantsRevoked: a session, and its calls, whose grants were taken back or have
	// expired.
	CodeGrantsRevoked Code = "grants-revoked"
	// CodeGrantsChanged: a session, and its calls, whose grants were changed. To connect
	// again is to have the new ones.
	CodeGrantsChanged Code = "grants-changed"
	// CodeQuotaExceeded: more than may be kept for an origin. Details: origin, used,
	// limit.
	CodeQuotaExceeded Code = "quota-exceeded"
)

// Error is an error with a code. It crosses a port whole.
type Error struct {
	Code    Code
	Op      string         // the method, where known
	Message string         // for people
	Details map[string]any // values that the code speaks of: text, numbers, maps
	Err     error          // the cause; does not cross a port
}

// Errorf makes an Error of a code, its details given as key, value, key, value
// after the message's own arguments were formatted into message.
func Errorf(code Code, details map[string]any, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Details: details, Err: errors.Unwrap(err)}
}

func (e *Error) Error() string {
	if e.Op == "" {
		return e.Message
	}
	return e.Op + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error of the same code that says nothing
// else, so that errors.Is(err, &Error{Code: CodeNotFound}) asks for the code. An
// error of a missing block is also ipld.ErrNotFound{}, which this package knows
// by its method alone, so that ipld.IsNotFound answers alike on both sides of a
// port.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case *Error:
		return t.Code == e.Code && t.Op == "" && t.Message == ""
	case interface{ NotFound() bool }:
		return e.NotFound() && t.NotFound()
	}
	return false
}

// ErrorCode returns the code, for a port that carries errors without knowing
// this package.
func (e *Error) ErrorCode() string { return string(e.Code) }

// ErrorDetails returns the details, likewise.
func (e *Error) ErrorDetails() map[string]any { return e.Details }

// NotFound reports whether the error is that of a missing block.
func (e *Error) NotFound() bool { return e.Code == CodeNotFound }

// CodeOf returns the code of the first Error in err's chain, and
// CodeInternal for any other error that is not nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
