package p2p

import "syscall/js"

// watchOnline has set called with what the browser says now and whenever it
// changes. A browser that says nothing counts as online.
func watchOnline(set func(online bool)) (stop func()) {
	scope := js.Global()
	if scope.Get("addEventListener").Type() != js.TypeFunction {
		return func() {}
	}
	online := js.FuncOf(func(js.Value, []js.Value) any { set(true); return nil })
	offline := js.FuncOf(func(js.Value, []js.Value) any { set(false); return nil })
	scope.Call("addEventListener", "online", online)
	scope.Call("addEventListener", "offline", offline)
	if navigator := scope.Get("navigator"); navigator.Truthy() && navigator.Get("onLine").Type() == js.TypeBoolean {
		set(navigator.Get("onLine").Bool())
	}
	return func() {
		scope.Call("removeEventListener", "online", online)
		scope.Call("removeEventListener", "offline", offline)
		online.Release()
		offline.Release()
	}
}
