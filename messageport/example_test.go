package messageport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/sharednode/sharednode/messageport"
)

// A server with three methods: one without streams, one with bytes down, and
// one with items and bytes up and items down.
func serve(ctx context.Context, call *messageport.ServerCall) (any, error) {
	switch call.Method {
	case "double":
		var n int
		if err := call.Decode(&n); err != nil {
			return nil, err
		}
		return 2 * n, nil
	case "count":
		for i := range 3 {
			if _, err := fmt.Fprintf(call, "%d,", i); err != nil {
				return nil, err
			}
		}
		return nil, nil
	case "store":
		return nil, store(call)
	default:
		return nil, messageport.UnknownMethod(call.Method)
	}
}

type fileHeader struct {
	Path string `cbor:"path"`
}

type stored struct {
	Path string `cbor:"path"`
	Size int64  `cbor:"size"`
}

func store(call *messageport.ServerCall) error {
	for {
		chunk, err := call.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var header fileHeader
		if err := chunk.Decode(&header); err != nil {
			return err
		}
		// Read ends with the file: at the next item.
		size, err := io.Copy(io.Discard, call)
		if err != nil {
			return err
		}
		if err := call.WriteItem(stored{Path: header.Path, Size: size}); err != nil {
			return err
		}
	}
}

func Example() {
	ctx := context.Background()
	clientPort, serverPort := messageport.Pipe()

	served := make(chan error)
	go func() {
		conn, err := messageport.Accept(ctx, serverPort, messageport.AcceptConfig{
			Welcome: func(_ context.Context, hello messageport.Hello) (messageport.Welcome, error) {
				return messageport.Welcome{Server: "example/1", Session: "s1"}, nil
			},
		})
		if err != nil {
			served <- err
			return
		}
		served <- conn.Serve(ctx, messageport.HandlerFunc(serve))
	}()

	conn, err := messageport.Dial(ctx, clientPort, messageport.DialConfig{Client: "example/1"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("server:", conn.Welcome().Server)

	var n int
	if err := conn.Invoke(ctx, "double", 21, &n); err != nil {
		log.Fatal(err)
	}
	fmt.Println("double:", n)

	call, err := conn.Call(ctx, "count", nil, messageport.CallOptions{})
	if err != nil {
		log.Fatal(err)
	}
	var text strings.Builder
	if _, err := io.Copy(&text, call); err != nil {
		log.Fatal(err)
	}
	fmt.Println("count:", text.String())

	err = conn.Invoke(ctx, "halve", 21, nil)
	fmt.Println("halve:", err, errors.Is(err, &messageport.Error{Code: messageport.CodeUnknownMethod}))

	_ = conn.Close()
	fmt.Println("served:", <-served)
	// Output:
	// server: example/1
	// double: 42
	// count: 0,1,2,
	// halve: halve: unknown method "halve" true
	// served: <nil>
}

func ExampleClientConn_Call() {
	ctx := context.Background()
	conn, stop := dialExample(ctx)
	defer stop()

	call, err := conn.Call(ctx, "store", nil, messageport.CallOptions{Upload: true})
	if err != nil {
		log.Fatal(err)
	}
	for path, content := range map[string]string{"a.txt": "some bytes"} {
		if err := call.WriteItem(fileHeader{Path: path}); err != nil {
			log.Fatal(err)
		}
		if _, err := io.WriteString(call, content); err != nil {
			log.Fatal(err)
		}
	}
	if err := call.CloseWrite(); err != nil {
		log.Fatal(err)
	}
	for {
		chunk, err := call.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		var s stored
		if err := chunk.Decode(&s); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d bytes\n", s.Path, s.Size)
	}
	if err := call.Result(nil); err != nil {
		log.Fatal(err)
	}
	// Output:
	// a.txt: 10 bytes
}

// dialExample starts a session in memory.
func dialExample(ctx context.Context) (conn *messageport.ClientConn, stop func()) {
	clientPort, serverPort := messageport.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		conn, err := messageport.Accept(ctx, serverPort, messageport.AcceptConfig{
			Welcome: func(context.Context, messageport.Hello) (messageport.Welcome, error) {
				return messageport.Welcome{}, nil
			},
		})
		if err != nil {
			log.Fatal(err)
		}
		if err := conn.Serve(ctx, messageport.HandlerFunc(serve)); err != nil {
			log.Fatal(err)
		}
	}()
	conn, err := messageport.Dial(ctx, clientPort, messageport.DialConfig{})
	if err != nil {
		log.Fatal(err)
	}
	return conn, func() {
		_ = conn.Close()
		<-served
	}
}
