// Command faulty is a worker's program with a node in memory that breaks, in a
// way of its own for each method, to show what becomes of the tabs then.
package main

import (
	"context"
	"os"
	"strings"
	"syscall/js"
	"unsafe"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/messageport/weblock"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// faults are what the methods do.
var faults = map[string]func(){
	nodeapi.MethodRepoStat:    func() { panic("in a handler") },
	nodeapi.MethodRepoVerify:  func() { panic("in an iterator") },
	nodeapi.MethodRepoVersion: func() { go panic("in a goroutine"); select {} },
	nodeapi.MethodSwarmAddrs:  func() { os.Exit(3) },
	nodeapi.MethodSwarmPeers:  exhaust,
	nodeapi.MethodBitswapStat: trap,
	nodeapi.MethodSwarmLocalAddrs: func() {
		js.Global().Call("close") // the end of the worker, without a word
		select {}
	},
}

// kept keeps what exhaust takes from being freed.
var kept [][]byte

// exhaust takes memory until the browser gives no more, which it does at 4 GiB
// at the latest. What is not written to costs the machine nothing.
func exhaust() {
	for {
		kept = append(kept, make([]byte, 256<<20))
	}
}

// trap reads what is no memory, which Go does not check.
func trap() {
	address := ^uintptr(0) - 64
	sink = *(*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&address)))
}

var sink byte

func main() {
	script := js.Global().Get("sharednode")
	worker := script.Get("worker")
	backend := &servertest.Backend{Hook: func(_ context.Context, method string) error {
		if fault := faults[method]; fault != nil {
			fault()
		}
		return nil
	}}
	url := worker.Get("url").String()
	if strings.HasSuffix(url, "?hangs") {
		select {}
	}
	srv := server.New(server.Config{
		Open: func(context.Context, nodeapi.Config) (server.Backend, error) {
			if strings.HasSuffix(url, "?opens-for-ever") {
				select {}
			}
			return backend, nil
		},
		Liveness: weblock.Wait,
		Lock:     script.Get("lock").String(),
		Epoch:    worker.Get("epoch").String(),
	})
	script.Set("accept", js.FuncOf(func(_ js.Value, args []js.Value) any {
		port := messageport.NewPort(args[0])
		go func() { _ = srv.Serve(context.Background(), port) }() // it ends with the worker
		return nil
	}))
	select {}
}
