// Package messageport carries calls and streams over a message channel: a
// browser's MessagePort, an in-memory pipe, or anything else that delivers
// whole messages in order. It knows nothing of what the calls mean.
//
// One side is the client: it opens calls. The other is the server: it answers
// them. Every call may carry a stream each way, under credit counted in bytes,
// and ends exactly once, with a result or an error.
//
// # Wire format, version 1
//
// A message is one or more whole frames, one after the other, with nothing
// between or after them. A writer may put several small frames into one message
// to save wake-ups; a reader treats them as if each had come alone. A message is
// at most 2 MiB (2097152 bytes) long, and a payload 1 MiB, or what the server's
// welcome says. Integers are big-endian. A frame is a header of 12 bytes and a
// payload:
//
//	offset  size  field
//	0       1     type
//	1       1     flags
//	2       2     reserved, zero
//	4       4     call id; 0 for frames about the port itself
//	8       4     n, the payload's length in bytes
//	12      n     payload
//
// The types, who sends them, and what the payload is ("error" is the CBOR map
// described under Errors; C is the client, S the server):
//
//	0x01  hello    C→S  id 0  CBOR map: versions, client, lock, window, app
//	0x02  welcome  S→C  id 0  CBOR map: version, server, epoch, session, lock,
//	                          window, maxFrame, maxCalls, maxUploads, app
//	0x03  refuse   S→C  id 0  error; the port is closed after it
//	0x04  bind     C→S  id 0  32 bytes
//	0x10  open     C→S  call  1 byte m, m bytes of method name (UTF-8, 1 ≤ m),
//	                          then the request, one CBOR item; all in all at
//	                          most 65536 bytes
//	0x11  data     both call  bytes; their division into frames means nothing
//	0x12  item     both call  one CBOR item
//	0x13  credit   both call  uint32, more than 0: bytes the sender of this frame
//	                          will take beyond what it allowed before
//	0x14  cancel   C→S  call  error: why the client gives the call up
//	0x15  result   S→C  call  one CBOR item; the call's end
//	0x16  error    S→C  call  error; the call's end
//	0x20  ping     both id 0  8 bytes, opaque
//	0x21  pong     both id 0  the 8 bytes of the ping it answers
//	0x22  goodbye  both id 0  error; the sender ends the port and sends no more
//
// The only flag is END, 0x01, allowed on open, data and item: the sender sends
// no more data or item frames for this call (half-close). On open it means that
// the call has no stream from client to server at all. A data frame with an
// empty payload is allowed only with END. All other flag bits are zero.
//
// CBOR is RFC 8949 in its core deterministic encoding (section 4.2.1): definite
// lengths, shortest forms, sorted keys, and no tags. A reader refuses tags,
// indefinite lengths, duplicate keys, text that is not UTF-8, more than 32
// levels, 65536 elements of an array or 1024 pairs of a map. It ignores keys
// that it does not know.
//
// # Handshake
//
// The client's first frame is hello; the server answers welcome or refuse, and
// neither sends anything else before that, but for goodbye. Before the hello there
// may be one frame that is not the client's: with bind whoever made the port says
// what it is for, and then hands it on. A port keeps the order of what is sent, so
// that nothing which its receiver sends comes before that or can take it back.
//
//	hello.versions   [uint]  protocol versions the client speaks, 1 to 16 of them
//	hello.client     text    name and version, for people, "sharednode-js/0.1.0"
//	hello.lock       text    name of a Web Lock that the client holds as long as
//	                         it lives; empty where there are none
//	hello.window     uint    bytes the client takes on each call before it has to
//	                         send credit; at least 65536
//	hello.app        any     what the application above has to say
//	welcome.version  uint    the version chosen, the highest both speak
//	welcome.server   text    name and version, for people
//	welcome.epoch    text    random, new at each start of the server's process
//	welcome.session  text    names this session in logs and lists; never reused
//	welcome.lock     text    name of a Web Lock that the server holds as long as
//	                         it lives; empty where there are none
//	welcome.window   uint    as hello.window, for the other direction
//	welcome.maxFrame uint    largest payload of a frame the server takes, 32768
//	                         to 1048576; a client takes 1048576
//	welcome.maxCalls uint    calls that may be open at once
//	welcome.maxUploads uint  of these, calls opened without END
//	welcome.app      any     what the application above has to say
//
// With no version in common the server sends refuse with code
// "version-unsupported", whose details are the versions of both sides: client
// and server, each [uint]. The versions are read before the rest of the hello.
// A hello with a wrong type in it is refused with "bad-request".
//
// # Calls
//
// The client takes a new id for each call, 1, 2, 3 and so on, never one again.
// An open whose id is not larger than all before it breaks the grammar. From
// open on both sides may send data and item frames until they half-close. The
// server ends the call with result or error, once; that also half-closes its
// stream, and it ignores the client's frames for that call from then on. A
// client that no longer wants the answer sends cancel; the server still ends
// the call, as a rule with error "canceled", and the client drops what comes
// in between. Frames for a call that has ended are dropped without a word,
// since both sides may end it at once. Frames for a call that was never opened
// break the grammar.
//
// # Credit
//
// A data or item frame costs its whole length, header included; an empty data
// frame with END is free. Each side may spend, on each call, the other's window
// plus the credit it was sent. A receiver sends credit as the reader of that
// call consumes, at the latest when that is half the window: a sender that waits
// for credit for 32768 bytes gets it once all it sent was read. The receiver lets
// the window grow for a stream that is read as fast as it comes, within a bound
// for the whole port, so one that is not read never holds up another. An item is
// at most 32756 bytes (half the smallest window less a header), so that it can
// always be sent in the end. What exceeds the credit breaks the grammar. Other
// frames are not under credit: an open frame is bounded by its size and by the
// number of calls.
//
// # Liveness
//
// A port does not say that its peer is gone. Where there are Web Locks, each
// side waits for the other's lock: to get it is to know. Ping measures and, over
// a channel with no locks, may be used to decide; in a browser a late pong
// proves nothing, since background tabs are throttled and frozen. A pong is sent
// as soon as the ping is read, in order with everything else, and so proves that
// all that was sent before was read off the port: a sender may wait for it
// before it sends more.
//
// # Limits
//
// Lengths are checked before anything of that size is allocated. A message, a
// frame or an item over its limit, too many calls, answers left unread beyond a
// bound, or a broken grammar ends the session with goodbye and a code, and
// disturbs no other session. A request that cannot be decoded or whose method
// is not known is an error of that call alone.
//
// A client has to wait for answers: who sends, between a ping of the server and
// its pong, more calls and pings than may be open at once beyond those that were
// answered before the ping, has read nothing since. And each frame needs its
// cause: there are no more cancels than calls, no more credit frames than data
// and item frames, no more pongs than pings, and no more of a stream than its
// call had credit for, be the call over or not. What goes beyond that ends the
// session too.
//
// # Browsers
//
// Over a MessagePort a message is one Uint8Array. Its sender makes it for that
// message alone, so that its ArrayBuffer holds nothing else and may be
// transferred. Anything else that comes over a port breaks the grammar.
//
// # Errors
//
// An error on the wire is a CBOR map:
//
//	code     text  stable, for programs: "not-found"
//	message  text  for people
//	op       text  the method; left out where not known
//	details  map   text to any: values the code speaks of; left out where none
//
// The package's own codes are the constants of this package; the application's
// are its own.
package messageport
