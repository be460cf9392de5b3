package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/journal"
)

// logging makes a method of what answers it from the journal, which not every
// server has.
func logging(answer func(context.Context, *journal.Journal, *messageport.ServerCall) (any, error)) method {
	return func(ctx context.Context, s *session, call *messageport.ServerCall) (any, error) {
		j := s.server.cfg.Journal
		if j == nil {
			return nil, notSupported(call.Method)
		}
		return answer(ctx, j, call)
	}
}

func logList(_ context.Context, j *journal.Journal, _ *messageport.ServerCall) (any, error) {
	return nodeapi.LogLevels{Levels: j.Levels()}, nil
}

func logLevel(_ context.Context, j *journal.Journal, call *messageport.ServerCall) (any, error) {
	set, err := decode[nodeapi.LogLevel](call)
	if err != nil {
		return nil, err
	}
	return nil, j.SetLevel(set)
}

func logTail(ctx context.Context, j *journal.Journal, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.LogTailRequest](call)
	if err != nil {
		return nil, err
	}
	reader := j.Tail(req.Lines)
	for {
		more := reader.More()
		for line, ok := reader.Next(); ok; line, ok = reader.Next() {
			if err := call.WriteItem(line); err != nil {
				return nil, err
			}
		}
		if !req.Follow {
			return nil, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
