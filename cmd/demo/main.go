// Command demo serves pages on a loopback address that show what the package
// does: files dropped in one tab, read in another and kept for the next visit; a
// room to talk and to share files in with other browsers; and two sites that use
// the node of a third. They meet through a peer of the demo's own, which listens on
// a loopback address too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// defaultAddr is tried first. Another port is another origin, to a browser, and
// so another node with other files.
const defaultAddr = "127.0.0.1:8080"

func main() {
	addr := flag.String("addr", "", "loopback `address` to listen on (default "+defaultAddr+", or any free port if it is taken)")
	dist := flag.String("dist", "dist", "`directory` of the built package")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *dist); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr, dist string) (err error) {
	if _, err := os.Stat(dist + "/node.wasm"); err != nil {
		return fmt.Errorf("no package in %s: build it with \"make build\": %w", dist, err)
	}
	ln, err := listen(addr)
	if err != nil {
		return err
	}
	peer, err := startPeer(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peer.Close()) }()
	srv := &http.Server{Handler: handler(dist, peer), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		srv.Close() //nolint:errcheck // it ends Serve, which is what counts
	}()
	fmt.Printf("\nThe demo is at http://%s/\nIts peer is at %s\nOpen it in two tabs, or two browsers. Ctrl-C ends it.\n", ln.Addr(), peer.addr)
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen takes addr, which must be a loopback one, or if it is empty the
// default one or any free port.
func listen(addr string) (net.Listener, error) {
	if addr == "" {
		ln, err := net.Listen("tcp", defaultAddr)
		if errors.Is(err, syscall.EADDRINUSE) {
			fmt.Printf("%s is taken; files added there are not seen from another port\n", defaultAddr)
			return net.Listen("tcp", "127.0.0.1:0")
		}
		return ln, err
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if tcp, ok := ln.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		ln.Close() //nolint:errcheck // nothing came through it
		return nil, fmt.Errorf("%s is not a loopback address, and without https browsers keep Web Locks from pages at any other", addr)
	}
	return ln, nil
}
