package messageporttest_test

import (
	"syscall/js"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/messageporttest"
)

func TestMessagePort(t *testing.T) {
	messageporttest.Test(t, func(t *testing.T) (a, b messageport.Port) {
		channel := js.Global().Get("MessageChannel").New()
		a = messageport.NewPort(channel.Get("port1"))
		b = messageport.NewPort(channel.Get("port2"))
		t.Cleanup(func() {
			_ = a.Close()
			_ = b.Close()
		})
		return a, b
	})
}
