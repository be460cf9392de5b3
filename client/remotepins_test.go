package client_test

import (
	"context"
	"fmt"
	"log"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

var hello = cid.MustParse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")

func ExampleRemotePin() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()

	remote := c.Pin().Remote()
	if err := remote.AddService(ctx, "cluster", "https://pins.example", "token"); err != nil {
		log.Fatal(err)
	}
	if _, err := remote.Add(ctx, "cluster", hello, nodeapi.RemotePinAdd{Name: "greeting"}); err != nil {
		log.Fatal(err)
	}
	for pin, err := range remote.List(ctx, "cluster", nodeapi.RemotePinQuery{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(pin.Status, pin.Name)
	}
	// Output: pinned greeting
}

func TestRemotePin(t *testing.T) {
	run(t, func(f *fixture) {
		remote := f.Pin().Remote()
		for _, name := range []string{"a", "b"} {
			if err := remote.AddService(f.Context(), name, "https://"+name+".example", "token"); err != nil {
				f.Fatal(err)
			}
		}
		f.wantCode(remote.AddService(f.Context(), "a", "https://a.example", "token"), nodeapi.CodeServiceExists)
		for _, name := range []string{"n", "m"} {
			if _, err := remote.Add(f.Context(), "a", hello, nodeapi.RemotePinAdd{Name: name, Background: true}); err != nil {
				f.Fatal(err)
			}
		}
		f.wantCode(remote.Remove(f.Context(), "a", nodeapi.RemotePinQuery{}), nodeapi.CodeManyPins)
		if err := remote.Remove(f.Context(), "a", nodeapi.RemotePinQuery{Name: "n"}); err != nil {
			f.Error(err)
		}
		services, err := remote.Services(f.Context(), client.ServicesOptions{Stat: true})
		if err != nil || len(services) != 2 || services[0].Stat.PinCount.Pinned != 1 {
			f.Errorf("Services: got %+v, %v", services, err)
		}
		if err := remote.RemoveService(f.Context(), "a"); err != nil {
			f.Error(err)
		}
		for _, err := range remote.List(f.Context(), "a", nodeapi.RemotePinQuery{}) {
			f.wantCode(err, nodeapi.CodeNoSuchService)
		}
	})
}
