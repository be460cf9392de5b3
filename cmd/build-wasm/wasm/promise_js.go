package main

import (
	"context"
	"errors"
	"syscall/js"
)

// await waits for a promise. What it is rejected with becomes the error. When ctx
// ends first, that is the error, and the promise is left alone.
func await(ctx context.Context, promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var onDone, onFail js.Func
	settle := func(o outcome) any {
		settled <- o
		onDone.Release()
		onFail.Release()
		return nil
	}
	onDone = js.FuncOf(func(_ js.Value, args []js.Value) any {
		return settle(outcome{value: args[0]})
	})
	onFail = js.FuncOf(func(_ js.Value, args []js.Value) any {
		return settle(outcome{err: errors.New(js.Global().Call("String", args[0]).String())})
	})
	promise.Call("then", onDone, onFail)
	select {
	case o := <-settled:
		return o.value, o.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}
