package messageporttest_test

import (
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/messageporttest"
)

func TestPipe(t *testing.T) {
	messageporttest.Test(t, func(*testing.T) (a, b messageport.Port) { return messageport.Pipe() })
}
