package keystore

import (
	"bytes"
	"context"
	"encoding/pem"

	"github.com/libp2p/go-libp2p/core/crypto"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The headings of PEM.
const (
	headingClear     = "PRIVATE KEY"
	headingEncrypted = "ENCRYPTED PRIVATE KEY"
)

// encode writes a key in a format.
func encode(ctx context.Context, key crypto.PrivKey, password, format string) ([]byte, error) {
	if password != "" && format != "" && format != nodeapi.KeyFormatEncrypted {
		return nil, invalid("password", "", "the format %q has none", format)
	}
	switch format {
	case "", nodeapi.KeyFormatEncrypted:
		if password == "" {
			return nil, invalid("password", "", "the format %q needs one", nodeapi.KeyFormatEncrypted)
		}
		der, err := encodePKCS8(key)
		if err != nil {
			return nil, err
		}
		if der, err = encrypt(ctx, der, password); err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: headingEncrypted, Bytes: der}), nil
	case nodeapi.KeyFormatPEM:
		der, err := encodePKCS8(key)
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: headingClear, Bytes: der}), nil
	case nodeapi.KeyFormatProtobuf:
		return crypto.MarshalPrivateKey(key)
	}
	return nil, unknownFormat(format)
}

// decode reads a key in any of the formats, or in the one that is named.
func decode(ctx context.Context, data []byte, password, format string) (crypto.PrivKey, error) {
	found, block := formatOf(data)
	switch format {
	case "", found:
	case nodeapi.KeyFormatEncrypted, nodeapi.KeyFormatPEM, nodeapi.KeyFormatProtobuf:
		return nil, invalidKey("it is not in the format %q", format)
	default:
		return nil, unknownFormat(format)
	}
	if password != "" && found != nodeapi.KeyFormatEncrypted {
		return nil, invalidKey("a password came with it, and it is not encrypted")
	}
	switch found {
	case nodeapi.KeyFormatEncrypted:
		der, err := decrypt(ctx, block.Bytes, password)
		if err != nil {
			return nil, err
		}
		return decodePKCS8(der)
	case nodeapi.KeyFormatPEM:
		return decodePKCS8(block.Bytes)
	}
	key, err := crypto.UnmarshalPrivateKey(data)
	if err != nil {
		return nil, invalidKey("it is neither PEM nor libp2p's protobuf: %w", err)
	}
	return key, checkKey(key)
}

// formatOf tells by how a key begins.
func formatOf(data []byte) (string, *pem.Block) {
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		if block, _ := pem.Decode(data); block != nil && block.Type == headingEncrypted {
			return nodeapi.KeyFormatEncrypted, block
		} else if block != nil && block.Type == headingClear {
			return nodeapi.KeyFormatPEM, block
		}
	}
	return nodeapi.KeyFormatProtobuf, nil
}

func unknownFormat(format string) error {
	return invalid("format", format, "want %q, %q or %q",
		nodeapi.KeyFormatEncrypted, nodeapi.KeyFormatPEM, nodeapi.KeyFormatProtobuf)
}

// invalidKey says nothing of what the key is.
func invalidKey(format string, args ...any) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidKey, nil, "the key cannot be used: "+format, args...)
}
