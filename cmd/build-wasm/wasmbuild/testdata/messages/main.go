// Command messages reads messages, one a line, "<name> <hex>", and writes for each
// what Protocol Buffers make of it: the same program with two forms of them must
// write the same.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"reflect"
	"strings"

	bitswap "github.com/ipfs/boxo/bitswap/message/pb"
	merkledag "github.com/ipfs/boxo/ipld/merkledag/pb"
	unixfs "github.com/ipfs/boxo/ipld/unixfs/pb"
	pubsub "github.com/libp2p/go-libp2p-pubsub/pb"
	crypto "github.com/libp2p/go-libp2p/core/crypto/pb"
	peer "github.com/libp2p/go-libp2p/core/peer/pb"
	record "github.com/libp2p/go-libp2p/core/record/pb"
	circuit "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/pb"
	identify "github.com/libp2p/go-libp2p/p2p/protocol/identify/pb"
	noise "github.com/libp2p/go-libp2p/p2p/security/noise/pb"
	"google.golang.org/protobuf/proto"
)

var messages = map[string]proto.Message{
	"bitswap":  &bitswap.Message{},
	"node":     &merkledag.PBNode{},
	"unixfs":   &unixfs.Data{},
	"rpc":      &pubsub.RPC{},
	"trace":    &pubsub.TraceEvent{},
	"key":      &crypto.PublicKey{},
	"peer":     &peer.PeerRecord{},
	"envelope": &record.Envelope{},
	"hop":      &circuit.HopMessage{},
	"voucher":  &circuit.ReservationVoucher{},
	"identify": &identify.Identify{},
	"noise":    &noise.NoiseHandshakePayload{},
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	previous := map[string]proto.Message{}
	for in.Scan() {
		name, text, _ := strings.Cut(in.Text(), " ")
		data, err := hex.DecodeString(text)
		if err != nil || messages[name] == nil {
			log.Fatalf("%q is no message", in.Text())
		}
		fresh := func() proto.Message {
			return reflect.New(reflect.TypeOf(messages[name]).Elem()).Interface().(proto.Message)
		}
		m := fresh()
		// What is in a message that could not be read is for nobody.
		partial := fresh()
		err = proto.UnmarshalOptions{AllowPartial: true, DiscardUnknown: true}.Unmarshal(data, partial)
		fmt.Fprint(out, name, " ", err == nil)
		if err == nil {
			write(out, partial)
		}
		err = proto.Unmarshal(data, m)
		fmt.Fprintln(out, "", err == nil)
		if err != nil {
			continue
		}
		fmt.Fprint(out, proto.Size(m))
		write(out, m)
		if before := previous[name]; before != nil {
			both := proto.Clone(before)
			proto.Merge(both, m)
			write(out, both)
		}
		previous[name] = m
		fmt.Fprintln(out)
	}
	if err := in.Err(); err != nil {
		log.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func write(out *bufio.Writer, m proto.Message) {
	data, err := proto.Marshal(m)
	partial, partialErr := proto.MarshalOptions{AllowPartial: true}.Marshal(m)
	if err != nil {
		data = nil
	}
	if partialErr != nil {
		partial = nil
	}
	fmt.Fprintf(out, " %v:%x %v:%x", err == nil, data, partialErr == nil, partial)
}
