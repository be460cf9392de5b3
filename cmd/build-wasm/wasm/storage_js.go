package main

import (
	"context"
	"fmt"
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
	estimate, err := await(ctx, storage.Call("estimate"))
	if err != nil {
		return 0, 0, fmt.Errorf("storage estimate: %w", err)
	}
	return uint64(estimate.Get("usage").Float()), uint64(estimate.Get("quota").Float()), nil
}
