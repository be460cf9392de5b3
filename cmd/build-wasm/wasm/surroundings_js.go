package main

import (
	"context"
	"errors"
	"sync"
	"syscall/js"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// surroundings is globalThis.sharednode, by which the program and the worker's
// script (client/js/src/worker.ts) know each other:
//
//	repo      string    names the database, "sharednode:<repo>"
//	worker    object    where the program runs, as nodeapi.Worker
//	lock      string    a Web Lock that is held as long as the worker lives
//	isFresh   function  whether it is certain that this worker has the repo
//	confirm   function  asks the browser the same; a promise of a boolean
//	accept    function  set here, called by the script with each MessagePort
//	shutdown  function  set here, called by the script with the worker, as
//	                    nodeapi.Worker, that is to have the repo: the program ends
//
// The script has the repo's Web Lock before it starts the program, and gives it
// up after the program's end.
type surroundings struct{ object js.Value }

// repo is the name of the database.
func (s surroundings) repo() string { return "sharednode:" + s.object.Get("repo").String() }

func (s surroundings) lock() string { return s.object.Get("lock").String() }

func (s surroundings) worker() nodeapi.Worker { return workerOf(s.object.Get("worker")) }

func workerOf(v js.Value) nodeapi.Worker {
	return nodeapi.Worker{
		Kind:    v.Get("kind").String(),
		URL:     v.Get("url").String(),
		Version: v.Get("version").String(),
		Epoch:   v.Get("epoch").String(),
	}
}

var errRepoLost = errors.New("another worker has taken the repo")

// mayWrite returns an error if another worker has the repo by now, which it
// takes if this one is frozen.
func (s surroundings) mayWrite() error {
	if s.object.Call("isFresh").Bool() {
		return nil
	}
	held, err := await(context.Background(), s.object.Call("confirm"))
	if err == nil && !held.Bool() {
		err = errRepoLost
	}
	return err
}

// onShutdown has the script call f, which must not block.
func (s surroundings) onShutdown(f func(to nodeapi.Worker)) {
	s.object.Set("shutdown", js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(workerOf(args[0]))
		return nil
	}))
}

// onPort has the script hand over the ports. To open one costs more than to make
// one, so each waits until turn returns, in which the calls of others go on.
func (s surroundings) onPort(turn func(), serve func(messageport.Port)) {
	var mu sync.Mutex
	var arrived []js.Value // guarded by mu
	news := make(chan struct{}, 1)
	next := func() (port js.Value) {
		for {
			mu.Lock()
			if len(arrived) > 0 {
				port, arrived = arrived[0], arrived[1:]
				mu.Unlock()
				return port
			}
			mu.Unlock()
			<-news
		}
	}
	go func() {
		for {
			port := next()
			turn()
			go serve(messageport.NewPort(port))
		}
	}()
	s.object.Set("accept", js.FuncOf(func(_ js.Value, args []js.Value) any {
		mu.Lock()
		defer mu.Unlock()
		arrived = append(arrived, args[0])
		select {
		case news <- struct{}{}:
		default:
		}
		return nil
	}))
}
