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
	EngineWebKit   Engine = "webkit"
)

// Engines are all of them.
var Engines = []Engine{EngineChromium, EngineFirefox, EngineWebKit}

// Power is something that a test needs and not every engine or driver has.
type Power string

// The powers.
const (
	// PowerConsole: Messages has what pages and workers say.
	PowerConsole Power = "console"
	// PowerCrash: Tab.Crash works, and the browser goes on.
	PowerCrash Power = "crash"
	// PowerProfile: what a page stored is there for the next browser.
	PowerProfile Power = "profile"
	// PowerFreeze: a process that is stopped holds up no other.
	PowerFreeze Power = "freeze"
	// PowerDelete: a database can be deleted as soon as its last page has left.
	PowerDelete Power = "delete"
	// PowerUnpartitioned: Options.Unpartitioned works.
	PowerUnpartitioned Power = "unpartitioned"
	// PowerClick: Tab.Click works, and with it what needs a click: new windows.
	PowerClick Power = "click"
)

// Lacks returns why the engine does not have a power, or nothing if it has it.
func (e Engine) Lacks(p Power) string {
	if e != EngineWebKit {
		return ""
	}
	switch p {
	case PowerConsole:
		return "WebKit's driver tells nothing of consoles"
	case PowerCrash:
		return "the session of WebKit's driver ends when a tab crashes"
	case PowerProfile:
		return "under its driver WebKit keeps nothing"
	case PowerDelete:
		return "in WebKit a deletion that meets the end of the worker that had the database open may wait for ever"
	case PowerUnpartitioned:
		return "WebKit partitions the storage of all frames"
	case PowerClick:
		return "WebKit's driver does not answer to actions of the mouse, and without a click WebKit opens no window"
	case PowerFreeze:
		return "what a stopped process has open in WebKit's IndexedDB can hold up all others until it goes on"
	}
	return ""
}

// Launch starts a browser of that engine. It lives until Close or Kill; ctx
// bounds the start alone.
func Launch(ctx context.Context, engine Engine, opts Options) (Browser, error) {
	switch engine {
	case EngineChromium:
		return LaunchChromium(ctx, opts)
	case EngineFirefox:
		return LaunchFirefox(ctx, opts)
	case EngineWebKit:
		return LaunchWebKit(ctx, opts)
	}
	return nil, fmt.Errorf("harness: no engine %q", engine)
}
