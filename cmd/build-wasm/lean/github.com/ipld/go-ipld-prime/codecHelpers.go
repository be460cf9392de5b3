package ipld

import (
	"bytes"
	"io"

	"github.com/ipld/go-ipld-prime/node/basicnode"
	"github.com/ipld/go-ipld-prime/schema"
)

// Encode returns the bytes of a node, of its representation if it has a type.
func Encode(n Node, encode Encoder) ([]byte, error) {
	var buf bytes.Buffer
	err := EncodeStreaming(&buf, n, encode)
	return buf.Bytes(), err
}

// EncodeStreaming is Encode to a writer.
func EncodeStreaming(w io.Writer, n Node, encode Encoder) error {
	if typed, ok := n.(schema.TypedNode); ok {
		n = typed.Representation()
	}
	return encode(n, w)
}

// Decode returns the node of bytes.
func Decode(b []byte, decode Decoder) (Node, error) {
	return DecodeUsingPrototype(b, decode, basicnode.Prototype.Any)
}

// DecodeStreaming is Decode from a reader.
func DecodeStreaming(r io.Reader, decode Decoder) (Node, error) {
	return DecodeStreamingUsingPrototype(r, decode, basicnode.Prototype.Any)
}

// DecodeUsingPrototype is Decode to nodes of a kind.
func DecodeUsingPrototype(b []byte, decode Decoder, np NodePrototype) (Node, error) {
	return DecodeStreamingUsingPrototype(bytes.NewReader(b), decode, np)
}

// DecodeStreamingUsingPrototype is DecodeUsingPrototype from a reader.
func DecodeStreamingUsingPrototype(r io.Reader, decode Decoder, np NodePrototype) (Node, error) {
	if typed, ok := np.(schema.TypedPrototype); ok {
		np = typed.Representation()
	}
	builder := np.NewBuilder()
	if err := decode(builder, r); err != nil {
		return nil, err
	}
	return builder.Build(), nil
}
