package server_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// call opens a call, which ends with the test.
func (f *fixture) call(conn *messageport.ClientConn, method string, request any, upload bool) *messageport.ClientCall {
	f.Helper()
	call, err := conn.Call(f.Context(), method, request, messageport.CallOptions{Upload: upload})
	if err != nil {
		f.Fatal(err)
	}
	return call
}

// receiveItem reads the item that a call sends next.
func receiveItem[Item any](f *fixture, call *messageport.ClientCall) Item {
	f.Helper()
	chunk, err := call.Next()
	if err != nil {
		f.Fatal(err)
	}
	var item Item
	if err := chunk.Decode(&item); err != nil {
		f.Fatal(err)
	}
	return item
}

// receiveText reads the bytes that follow an item.
func receiveText(f *fixture, call *messageport.ClientCall, size uint64) string {
	f.Helper()
	var text strings.Builder
	for uint64(text.Len()) < size {
		chunk, err := call.Next()
		if err != nil || chunk.Item {
			f.Fatalf("got %+v, %v; want bytes", chunk, err)
		}
		text.Write(chunk.Data)
	}
	return text.String()
}

// subscribe listens to a topic.
func (f *fixture) subscribe(conn *messageport.ClientConn, request nodeapi.SubscribeRequest) *messageport.ClientCall {
	f.Helper()
	call := f.call(conn, nodeapi.MethodPubSubSubscribe, request, false)
	if first := receiveItem[nodeapi.PubSubEvent](f, call); first.Message != nil || first.Dropped != 0 {
		f.Fatalf("got %+v; want first that the node listens", first)
	}
	return call
}

func (f *fixture) publish(conn *messageport.ClientConn, topic, message string) {
	f.Helper()
	if err := f.upload(conn, nodeapi.MethodPubSubPublish, nodeapi.TopicRequest{Topic: topic}, part{data: message}); err != nil {
		f.Fatal(err)
	}
}

func TestMessagesReachEverySession(t *testing.T) {
	run(t, func(f *fixture) {
		sender, other := f.dial(), f.dial()
		subscriptions := []*messageport.ClientCall{
			f.subscribe(sender, nodeapi.SubscribeRequest{Topic: "t"}),
			f.subscribe(other, nodeapi.SubscribeRequest{Topic: "t"}),
			f.subscribe(other, nodeapi.SubscribeRequest{Topic: "t", Queue: 1}),
		}
		f.subscribe(other, nodeapi.SubscribeRequest{Topic: "another"})
		for i, message := range []string{"first", "", strings.Repeat("x", 300<<10)} {
			f.publish(sender, "t", message)
			for _, subscription := range subscriptions {
				event := receiveItem[nodeapi.PubSubEvent](f, subscription)
				m := event.Message
				if m == nil || m.From != servertest.PeerID || m.Topic != "t" || m.SequenceNumber != uint64(i+1) || m.Size != uint64(len(message)) {
					f.Fatalf("got %+v", event)
				}
				if got := receiveText(f, subscription, m.Size); got != message {
					f.Errorf("got a message of %d bytes; want the one of %d", len(got), len(message))
				}
			}
		}
		var topics nodeapi.TopicList
		if err := other.Invoke(f.Context(), nodeapi.MethodPubSubList, nil, &topics); err != nil || fmt.Sprint(topics.Topics) != "[another t]" {
			f.Errorf("got %v, %v; want both topics", topics, err)
		}
	})
}

// A session that does not read loses its own messages, is told how many, and
// holds up nobody.
func TestSlowSubscriberLosesItsOwn(t *testing.T) {
	run(t, func(f *fixture) {
		const sent = 2000
		slow, fast := f.dial(), f.dial()
		late := f.subscribe(slow, nodeapi.SubscribeRequest{Topic: "t", Queue: 10})
		prompt := f.subscribe(fast, nodeapi.SubscribeRequest{Topic: "t"})
		message := strings.Repeat("x", 1<<10)
		for range sent {
			f.publish(fast, "t", message)
			event := receiveItem[nodeapi.PubSubEvent](f, prompt)
			if event.Message == nil || event.Dropped != 0 {
				f.Fatalf("the one who reads: got %+v", event)
			}
			receiveText(f, prompt, event.Message.Size)
		}
		f.alive(slow)
		var received, dropped, last uint64
		for received+dropped < sent {
			event := receiveItem[nodeapi.PubSubEvent](f, late)
			receiveText(f, late, event.Message.Size)
			received++
			dropped += event.Dropped
			if n := event.Message.SequenceNumber; n != last+1+event.Dropped {
				f.Fatalf("message %d came after %d, %d dropped", n, last, event.Dropped)
			}
			last = event.Message.SequenceNumber
		}
		if dropped == 0 || received < 10 {
			f.Errorf("%d messages were received and %d dropped; want some of each", received, dropped)
		}
	})
}

func TestMessageSizeIsBounded(t *testing.T) {
	runWith(t, server.Config{MaxMessage: 1000}, func(f *fixture) {
		conn := f.dial()
		room := f.join(conn, nodeapi.RoomRequest{Topic: "t"})
		for method, request := range map[string]any{
			nodeapi.MethodPubSubPublish: nodeapi.TopicRequest{Topic: "t"},
			nodeapi.MethodRoomSend:      nodeapi.RoomSend{Room: room.number},
		} {
			if err := f.upload(conn, method, request, part{data: strings.Repeat("x", 1000)}); err != nil {
				f.Errorf("%s of 1000 bytes: %v", method, err)
			}
			e := f.wantCode(f.upload(conn, method, request, part{data: strings.Repeat("x", 900)}, part{data: strings.Repeat("x", 101)}), nodeapi.CodeMessageTooLarge)
			if e.Details["size"] != uint64(1001) || e.Details["limit"] != uint64(1000) {
				f.Errorf("%s: got details %v", method, e.Details)
			}
			f.wantCode(f.upload(conn, method, request, part{item: "x"}), nodeapi.CodeBadRequest)
		}
	})
}

func TestTopicsOfASessionAreBounded(t *testing.T) {
	runWith(t, server.Config{MaxTopics: 2}, func(f *fixture) {
		conn := f.dial()
		subscription := f.subscribe(conn, nodeapi.SubscribeRequest{Topic: "a"})
		f.join(conn, nodeapi.RoomRequest{Topic: "a"})
		for method, request := range map[string]any{
			nodeapi.MethodPubSubSubscribe: nodeapi.SubscribeRequest{Topic: "b"},
			nodeapi.MethodRoomJoin:        nodeapi.RoomRequest{Topic: "b"},
		} {
			e := f.wantCode(conn.Invoke(f.Context(), method, request, nil), nodeapi.CodeTooManyTopics)
			if e.Details["limit"] != uint64(2) {
				f.Errorf("%s: got details %v; want the limit", method, e.Details)
			}
		}
		f.subscribe(f.dial(), nodeapi.SubscribeRequest{Topic: "b"}) // another session's are its own
		subscription.Cancel(nil)
		synctest.Wait()
		f.subscribe(conn, nodeapi.SubscribeRequest{Topic: "b"})
	})
}
