package harness

import (
	"context"
	"fmt"
)

// Engine names a browser that the package can drive.
type Engine string

// The engines.
const (
	EngineChromium Engine = "chromium"
	EngineFirefox  Engine = "firefox"
)

// Engines are all of them.
var Engines = []Engine{EngineChromium, EngineFirefox}

// Launch starts a browser of that engine. It lives until Close or Kill; ctx
// bounds the start alone.
func Launch(ctx context.Context, engine Engine, opts Options) (Browser, error) {
	switch engine {
	case EngineChromium:
		return LaunchChromium(ctx, opts)
	case EngineFirefox:
		return LaunchFirefox(ctx, opts)
	}
	return nil, fmt.Errorf("harness: no engine %q", engine)
}
