package js

import "runtime"

// handleEventAtOnce does what handleEvent does, with one call to JavaScript in the
// place of eight, and one finalizer for all that an event brings in the place of
// one each. The other half is client/js/src/worker/border.ts.
func handleEventAtOnce() bool {
	var few [heldRefs]ref
	refs := few[:]
	id, n, event := takeEvent(refs)
	if n < 0 {
		return false
	}
	if int(n) > len(refs) {
		refs = make([]ref, n)
		takeEvent(refs)
	}
	if id == 0 { // zero indicates deadlock
		select {}
	}
	values := valuesOf(refs[:n])
	funcsMu.Lock()
	f, ok := funcs[id]
	funcsMu.Unlock()
	if !ok {
		Global().Get("console").Call("error", "call to released function")
		return true
	}
	if result := f(values[0], values[1:]); result != nil {
		v := ValueOf(result)
		answerEvent(event, v.ref)
		runtime.KeepAlive(v)
	}
	return true
}

// takeEvent fills in "this" and the arguments of the event that waits, and returns
// the function's id, how many values these are and a number for answerEvent. If
// there are more than fit, nothing is filled in and the event goes on to wait. If
// none waits, n is negative.
//
//go:wasmimport gojs syscall/js.takeEvent
//go:noescape
func takeEvent(refs []ref) (id uint32, n int32, event uint32)

// answerEvent gives the caller of an event's function what it returned.
//
//go:wasmimport gojs syscall/js.answerEvent
func answerEvent(event uint32, result ref)

// heldRefs is how many values share a finalizer.
const heldRefs = 4

// valuesOf is makeValue for what comes together, and is let go of together. It is
// kept as long as any of it is.
func valuesOf(refs []ref) []Value {
	values := make([]Value, len(refs))
	var held *[heldRefs]ref
	used := 0
	for i, r := range refs {
		counted := (r>>32)&nanHead == nanHead && (r>>32)&7 != typeFlagNone
		if !counted || used == heldRefs {
			values[i] = makeValue(r)
			continue
		}
		if held == nil {
			held = new([heldRefs]ref)
			runtime.SetFinalizer(held, finalizeRefs)
		}
		held[used] = r
		values[i] = Value{ref: r, gcPtr: &held[used]}
		used++
	}
	return values
}

func finalizeRefs(held *[heldRefs]ref) {
	for _, r := range held {
		if r != 0 {
			finalizeRef(r)
		}
	}
}
