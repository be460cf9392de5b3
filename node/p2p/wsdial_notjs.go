//go:build !js

package p2p

import (
	"context"
	"net"

	"github.com/coder/websocket"
)

// dialSocket opens a WebSocket whose messages are a stream of bytes.
func dialSocket(ctx context.Context, url string) (net.Conn, error) {
	socket, _, err := websocket.Dial(ctx, url, nil) //nolint:bodyclose // of the response there is nothing left to close
	if err != nil {
		return nil, err
	}
	return quickClose{websocket.NetConn(context.Background(), socket, websocket.MessageBinary), socket}, nil
}

// quickClose does not wait for a peer that may be gone to agree to the end.
type quickClose struct {
	net.Conn
	socket *websocket.Conn
}

func (c quickClose) Close() error { return c.socket.CloseNow() }

// mixedContent reports whether the platform refuses what is not encrypted.
func mixedContent() bool { return false }
