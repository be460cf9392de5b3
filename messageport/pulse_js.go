package messageport

import "syscall/js"

// pulse lets the browser's other tasks have their turn.
type pulse struct {
	post    js.Value // of a port, bound
	arrived chan struct{}
}

// newPulse makes what lives as long as the program. A message to oneself comes
// after what others have posted before, and sooner than any timer.
func newPulse() *pulse {
	channel := js.Global().Get("MessageChannel").New()
	p := &pulse{arrived: make(chan struct{}, 1)}
	from, to := channel.Get("port1"), channel.Get("port2")
	p.post = from.Get("postMessage").Call("bind", from)
	to.Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		notify(p.arrived)
		return nil
	}))
	return p
}

// wait is for one goroutine at a time.
func (p *pulse) wait() {
	p.post.Invoke(0)
	<-p.arrived
}
