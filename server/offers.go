package server

import "time"

const (
	// offerTime is how long a stream waits for the session to take it.
	offerTime = 10 * time.Second
	// maxOffers is how many of a session's streams may wait.
	maxOffers = 32
)

// offers are the streams that peers have opened and that a session was, or is
// to be, told of. One that is not taken in time is reset, and so is one too many.
type offers struct{ waiting numbered[Stream] }

// add returns the number under which the stream can be taken, or 0 if it was
// reset.
func (o *offers) add(stream Stream) uint64 {
	number := o.waiting.add(stream, maxOffers)
	if number == 0 {
		_ = stream.Reset()
		return 0
	}
	time.AfterFunc(offerTime, func() { o.drop(number) })
	return number
}

func (o *offers) take(number uint64) (Stream, bool) { return o.waiting.remove(number) }

// drop resets the stream, unless it was taken.
func (o *offers) drop(number uint64) {
	if stream, ok := o.take(number); ok {
		_ = stream.Reset()
	}
}

// end resets all that wait and all that will come.
func (o *offers) end() {
	for _, stream := range o.waiting.end() {
		_ = stream.Reset()
	}
}
