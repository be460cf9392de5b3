package client

import (
	"errors"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// publicError makes an error of the port a *nodeapi.Error. Others stay as they
// are: those of contexts, and those that callers gave themselves.
func publicError(err error) error {
	e, ok := errors.AsType[*messageport.Error](err)
	if !ok {
		return err
	}
	return &nodeapi.Error{Code: nodeapi.Code(e.Code), Op: e.Op, Message: e.Message, Details: e.Details, Err: e}
}
