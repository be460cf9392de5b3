package messageport

import "syscall/js"

// NewPulse returns a function that lets the browser's other tasks have their turn:
// a message to oneself comes after what others have posted before, and sooner than
// any timer. It is for one goroutine at a time, and lives as long as the program.
func NewPulse() func() {
	channel := js.Global().Get("MessageChannel").New()
	arrived := make(chan struct{}, 1)
	from, to := channel.Get("port1"), channel.Get("port2")
	post := from.Get("postMessage").Call("bind", from)
	to.Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		notify(arrived)
		return nil
	}))
	return func() {
		post.Invoke(0)
		<-arrived
	}
}
