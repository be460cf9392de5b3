package nodeapi_test

import (
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestAccount(t *testing.T) {
	if account, ok := nodeapi.AccountOf(t.Context()); ok {
		t.Errorf("got account %+v of a context without one", account)
	}
	want := nodeapi.Account{Origin: "https://a.example", Quota: 7}
	ctx := nodeapi.WithOffline(nodeapi.WithAccount(t.Context(), want))
	if got, ok := nodeapi.AccountOf(ctx); !ok || got != want {
		t.Errorf("got account %+v, %v; want %+v", got, ok, want)
	}
}
