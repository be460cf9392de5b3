// Command functions does what Go's runtime needs its table of functions for: it
// grows stacks with pointers into them, collects garbage that stacks refer to, and
// panics, recovers and tells who called. It prints what came of each, the same in
// each run, and ends by a panic.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	debug.SetGCPercent(5)
	for _, part := range []struct {
		name string
		run  func() any
	}{
		{"stacks that grow", growing},
		{"stacks that shrink", shrinking},
		{"goroutines", goroutines},
		{"garbage beside what is kept", garbage},
		{"recovered", recovered},
		{"deferred", deferred},
		{"callers", callers},
		{"a stack's text", text},
	} {
		fmt.Printf("%s: %v\n", part.name, part.run())
	}
	uncaught[int](3)
}

// A node is of a list that only stacks refer to.
type node struct {
	value int
	next  *node
}

// deep goes n calls down. Each frame has pointers to the heap and into the stack.
func deep(n int, above *int, list *node) int {
	var frame [16]*node // what is on the stack and refers to the heap
	own := n
	if n == 0 {
		runtime.GC()
		return *above
	}
	for i := range frame {
		frame[i] = &node{value: n + i, next: list}
	}
	below := deep(n-1, &own, frame[n%16])
	sum := own - n // 0, unless the stack went wrong when it was copied
	for i, f := range frame {
		sum += f.value - n - i
	}
	for l := list; l != nil && l.value < 0; l = l.next {
		sum++
	}
	return sum + below + *above - n - 1
}

func growing() any {
	n := 20000
	above := n + 1
	return deep(n, &above, nil)
}

func shrinking() any {
	results := make(chan int)
	for range 20 {
		go func() {
			above := 2001
			first := deep(2000, &above, nil)
			runtime.GC() // may give back half of the stack, with what is on it
			runtime.Gosched()
			above = 101
			results <- first + deep(100, &above, nil)
		}()
	}
	sum := 0
	for range 20 {
		sum += <-results
	}
	return sum
}

func goroutines() any {
	var group sync.WaitGroup
	var mu sync.Mutex
	sum := 0
	ticks := make(chan int)
	for i := range 200 {
		group.Go(func() {
			above := i%50 + 1
			n := deep(i%50, &above, nil)
			select {
			case tick := <-ticks:
				n += tick
			case <-time.After(time.Duration(i%7) * time.Millisecond):
			}
			mu.Lock()
			defer mu.Unlock()
			sum += n
		})
	}
	group.Wait()
	return sum
}

// boxed has a local whose address goes elsewhere but does not escape.
func boxed(n int) string {
	var box struct {
		before int
		text   *string
		list   []*node
	}
	p := &box
	s := strings.Repeat("x", n%9)
	p.text = &s
	for i := range n % 13 {
		p.list = append(p.list, &node{value: i})
	}
	fill(p.list)
	waste()
	return fmt.Sprint(*box.text, len(box.list))
}

//go:noinline
func fill(list []*node) {
	for _, n := range list {
		n.next = &node{value: n.value + 1}
	}
}

var wasted [][]byte

//go:noinline
func waste() {
	wasted = append(wasted[:min(len(wasted), 50)], make([]byte, 1<<12))
}

func garbage() any {
	seen := map[string]int{}
	for i := range 20000 {
		seen[boxed(i)]++
	}
	keys := make([]string, 0, len(seen))
	for key, n := range seen {
		keys = append(keys, fmt.Sprintf("%s=%d", key, n))
	}
	slices.Sort(keys)
	return len(keys)
}

// catching is one whose recovering method is called through wrappers.
type catching struct{ caught []any }

func (c *catching) catch() { c.caught = append(c.caught, recover()) }

type embedding struct{ *catching }

func inner() any { return recover() } // a small one, to be copied into others

func recovered() any {
	c := &catching{}
	e := embedding{c}
	for _, f := range []func(){
		func() { defer c.catch(); panic("by a method") },
		func() { defer e.catch(); panic("by a promoted method") },
		func() { catch := e.catch; defer catch(); panic("by a method's value") },
		func() { defer interface{ catch() }(e).catch(); panic("by an interface") },
		func() { defer c.catch(); var list []int; list[len(c.caught)]++ },
		func() { defer c.catch(); var m map[string]int; m["a"]++ },
		func() { defer c.catch(); var n *node; n.value++ },
		func() { defer c.catch(); zero := len(c.caught) - len(c.caught); c.caught[0] = 1 / zero },
		func() { defer c.catch(); var a any = 3; _ = a.(string) },
		func() {
			defer c.catch()
			defer func() { panic(fmt.Sprint("again after ", recover())) }()
			panic("first")
		},
		func() { // too deep to recover
			defer c.catch()
			defer func() { func() { c.caught = append(c.caught, inner()) }() }()
			panic("by nobody yet")
		},
		func() { // not deep enough
			defer c.catch()
			defer recover() //nolint:errcheck // it does nothing, which is what is asked
			panic("by nobody at once")
		},
	} {
		f()
	}
	done := make(chan bool)
	go func() {
		defer close(done)
		defer c.catch()
		runtime.Goexit()
	}()
	<-done
	return c.caught
}

func deferred() (result any) {
	var order []int
	defer func() {
		err := errors.Join(recover().(error), errors.New("told on"))
		result = fmt.Sprint(order, strings.ReplaceAll(err.Error(), "\n", " "))
	}()
	for i := range 5 {
		defer func() { order = append(order, i) }()
	}
	if len(order) == 0 {
		defer func() { order = append(order, 10); above := 301; order = append(order, deep(300, &above, nil)) }()
	}
	panic(errors.New("an error"))
}

func copiedIn() []uintptr {
	pcs := make([]uintptr, 32)
	return pcs[:runtime.Callers(0, pcs)]
}

func generic[T any](T) []uintptr { return copiedIn() }

func callers() any {
	var names []string
	frames := runtime.CallersFrames(func() []uintptr { return generic(map[string]struct{ A int }{}) }())
	for {
		frame, more := frames.Next()
		names = append(names, frame.Function)
		if !more {
			return names
		}
	}
}

func text() any { return string(debug.Stack()) }

//go:noinline
func uncaught[T any](v T) { panic(fmt.Sprint("the end ", v)) }
