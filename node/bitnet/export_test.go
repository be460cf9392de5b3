package bitnet

import (
	"context"

	"github.com/ipfs/boxo/bitswap/message"
)

// Decode reads a message as serve does.
func (n *Network) Decode(ctx context.Context, data []byte) (message.BitSwapMessage, error) {
	return n.decode(ctx, data)
}
