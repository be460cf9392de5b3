package messageporttest_test

import (
	"syscall/js"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/messageporttest"
)

func TestMessagePort(t *testing.T) {
	messageporttest.Test(t, messageChannel)
}

func BenchmarkMessagePort(b *testing.B) { messageporttest.Benchmark(b, messageChannel) }

func messageChannel(t testing.TB) (a, b messageport.Port) {
	return closing(t, func() (a, b messageport.Port) {
		channel := js.Global().Get("MessageChannel").New()
		return messageport.NewPort(channel.Get("port1")), messageport.NewPort(channel.Get("port2"))
	})
}
