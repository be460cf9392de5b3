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
	code := nodeapi.Code(e.Code)
	if reason, _ := e.Details["reason"].(string); code == messageport.CodeDisconnected && isOfGrants(reason) {
		code = nodeapi.Code(reason)
	}
	return &nodeapi.Error{Code: code, Op: e.Op, Message: e.Message, Details: e.Details, Err: e}
}

// isOfGrants reports whether a session that ended so has lost its rights, or has
// others now.
func isOfGrants(code string) bool {
	return code == string(nodeapi.CodeGrantsRevoked) || code == string(nodeapi.CodeGrantsChanged)
}
