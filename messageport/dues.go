package messageport

// dues keep a client from sending without end what costs the server work and the
// client nothing: each frame has to have its cause in what the server sent or let
// be sent. So what can be on its way, in queues that are not Go's, is bounded
// too.
type dues struct {
	asked   uint64 // calls and pings, ever
	opened  uint64 // of these, calls
	cancels uint64
	credits uint64
	pongs   uint64
	left    int64 // bytes that may still come for calls that have ended
}

// admit counts a frame. The error of one too many ends the session.
func (s *ServerConn) admit(f Frame) error {
	switch f.Type {
	case TypeOpen, TypePing:
		return s.admitAsk(f)
	case TypeCancel:
		if s.dues.cancels++; s.dues.cancels > s.dues.opened {
			return breaks(f, "more of them than calls")
		}
	case TypeCredit:
		s.dues.credits++
		if chunks, _ := s.out.asking(); s.dues.credits > chunks {
			return breaks(f, "more of them than parts of streams to read")
		}
	case TypePong:
		s.dues.pongs++
		if _, pings := s.out.asking(); s.dues.pongs > pings {
			return breaks(f, "more of them than pings")
		}
	}
	return nil
}

// admitAsk ends the session of a client that asks on and on, and does not wait
// for answers.
func (s *ServerConn) admitAsk(f Frame) error {
	s.dues.asked++
	if f.Type == TypeOpen {
		s.dues.opened++
	}
	if s.out.excess(s.dues.asked) {
		return Errorf(CodeTooManyCalls, nil, "more than %d calls and pings whose answers were not read", s.limits.MaxCalls)
	}
	return nil
}

// stray takes a part of a stream of a call that has ended: as much as was
// under way when the client heard of the end.
func (s *ServerConn) stray(f Frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dues.left -= int64(HeaderSize + len(f.Payload))
	if s.dues.left < 0 {
		return breaks(f, "the call has ended, and no credit is left of it")
	}
	return nil
}
