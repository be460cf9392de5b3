package weblock

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall/js"
)

// ErrUnavailable says that there is no navigator.locks, as in an insecure
// context.
var ErrUnavailable = errors.New("weblock: no navigator.locks here; is this a secure context?")

// Hold takes the lock name, waiting until it is free, and returns what gives it
// up. With ctx's end before that it returns ctx's error and holds nothing.
func Hold(ctx context.Context, name string) (release func(), err error) {
	return request(ctx, name, "exclusive")
}

// Wait returns nil once nobody holds the lock name exclusively: what held it is
// gone, or never was. With ctx's end before that it returns ctx's error.
func Wait(ctx context.Context, name string) error {
	release, err := request(ctx, name, "shared")
	if err != nil {
		return err
	}
	release()
	return nil
}

// request asks for the lock. The callback handed to locks.request answers with
// a promise that is settled by release; until then the lock is held.
func request(ctx context.Context, name, mode string) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	locks := js.Global().Get("navigator").Get("locks")
	if locks.IsUndefined() {
		return nil, ErrUnavailable
	}

	var letGo js.Value // resolves the promise that holds the lock
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		letGo = args[0]
		return nil
	})
	held := js.Global().Get("Promise").New(executor)
	executor.Release()

	granted := make(chan struct{}, 1)
	settled := make(chan js.Value, 1) // undefined, or why the request failed
	var onGrant, onDone, onFail js.Func
	onGrant = js.FuncOf(func(js.Value, []js.Value) any {
		granted <- struct{}{}
		return held
	})
	free := func() {
		onGrant.Release()
		onDone.Release()
		onFail.Release()
	}
	onDone = js.FuncOf(func(js.Value, []js.Value) any {
		settled <- js.Undefined()
		free()
		return nil
	})
	onFail = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- args[0]
		free()
		return nil
	})

	abort := js.Global().Get("AbortController").New()
	options := map[string]any{"mode": mode, "signal": abort.Get("signal")}
	locks.Call("request", name, options, onGrant).Call("then", onDone, onFail)

	select {
	case <-granted:
		return sync.OnceFunc(func() { letGo.Invoke() }), nil
	case reason := <-settled:
		return nil, fmt.Errorf("weblock: request %q: %s", name, reason.Call("toString").String())
	case <-ctx.Done():
	}
	// Granted between the end of ctx and the abort, the lock is given back.
	letGo.Invoke()
	abort.Call("abort")
	<-settled
	return nil, ctx.Err()
}
