package server

import (
	"log/slog"
	"runtime/debug"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// caught runs f and makes an error of its panic, whose stack goes to the log. It
// is for what runs outside of a call's handler, where a panic would end the
// process, and with it every session.
func caught(log *slog.Logger, what string, f func() error) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		reason := recover()
		log.Error("panic", "in", what, "panic", reason, "stack", string(debug.Stack()))
		err = nodeapi.Errorf(nodeapi.CodeInternal, nil, "panic: %v", reason)
	}()
	err = f()
	returned = true
	return err
}
