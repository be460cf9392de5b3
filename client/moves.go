package client

import (
	"context"
	"errors"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// CodeWorkerFailed is that of a worker whose script could not be loaded, or broke
// before it had answered. Details: url.
const CodeWorkerFailed nodeapi.Code = "worker-failed"

// maxMoves is how often one is sent on before it is an error: two workers may
// each know the other only as it was.
const maxMoves = 8

// movePause is what is added to the pause before each move but the first.
const movePause = 50 * time.Millisecond

// followMoves opens the worker of a script, and then each that is named in its
// place. If there is none where one was named, it goes back to the first.
func followMoves(ctx context.Context, home string, open func(url string) (*Client, error)) (*Client, error) {
	url := home
	for moves := 0; ; {
		c, err := open(url)
		e, _ := errors.AsType[*nodeapi.Error](err)
		switch {
		case e != nil && e.Code == nodeapi.CodeWorkerMoved && moves < maxMoves:
			if url, err = placeOf(e, home); err != nil {
				return nil, err
			}
			select {
			case <-time.After(time.Duration(moves) * movePause):
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
			moves++
		case e != nil && e.Code == CodeWorkerFailed && url != home:
			url = home
		default:
			return c, err
		}
	}
}

// placeOf returns the URL of the worker that an error names.
func placeOf(moved *nodeapi.Error, home string) (string, error) {
	var place nodeapi.Worker
	data, err := messageport.Marshal(moved.Details["worker"])
	if err == nil {
		err = messageport.Unmarshal(data, &place)
	}
	switch {
	case err != nil || place.URL == "":
		return home, nil
	case place.Kind != nodeapi.WorkerShared:
		return "", nodeapi.Errorf(nodeapi.CodeNotSupported, moved.Details,
			"client: the node runs in a worker of kind %q, which only the TypeScript client reaches", place.Kind)
	}
	return place.URL, nil
}
