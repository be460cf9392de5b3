package main

import (
	"context"
	"errors"
	"syscall/js"
)

// storageEstimate is navigator.storage.estimate: how many bytes the origin uses
// and may use (https://storage.spec.whatwg.org/). Without a StorageManager, as
// in WebKit's workers, it returns zeros.
func storageEstimate(ctx context.Context) (usage, quota uint64, err error) {
	storage := js.Global().Get("navigator").Get("storage")
	if storage.IsUndefined() {
		return 0, 0, nil
	}
	type outcome struct {
		usage, quota uint64
		err          error
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
		return settle(outcome{
			usage: uint64(args[0].Get("usage").Float()),
			quota: uint64(args[0].Get("quota").Float()),
		})
	})
	onFail = js.FuncOf(func(_ js.Value, args []js.Value) any {
		return settle(outcome{err: errors.New("storage estimate: " + args[0].Call("toString").String())})
	})
	storage.Call("estimate").Call("then", onDone, onFail)
	select {
	case o := <-settled:
		return o.usage, o.quota, o.err
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
}
