package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const origin = "https://a.example"

func (f *fixture) openBound(req nodeapi.PortRequest) (*client.Client, string) {
	f.Helper()
	port, err := f.CreatePort(f.Context(), req)
	if err != nil {
		f.Fatal(err)
	}
	return f.open(client.Options{Secret: port.Secret}), port.Port
}

func TestCreatePort(t *testing.T) {
	run(t, func(f *fixture) {
		if grants, bound := f.Granted(); bound {
			f.Errorf("the node's own client has but %+v", grants)
		}
		c, port := f.openBound(nodeapi.PortRequest{Grants: &nodeapi.Grants{ID: true}})
		if grants, bound := c.Granted(); !bound || !grants.ID || grants.Read {
			f.Errorf("got %+v, %v; want id alone", grants, bound)
		}
		if _, err := c.ID(f.Context()); err != nil {
			f.Error(err)
		}
		_, err := c.Repo().Stat(f.Context())
		f.wantCode(err, nodeapi.CodeNotGranted)
		if err := f.RevokePort(f.Context(), port); err != nil {
			f.Fatal(err)
		}
		<-c.Done()
		f.wantCode(c.Err(), nodeapi.CodeGrantsRevoked)
		_, err = f.tryOpen(client.Options{Secret: make([]byte, 32)})
		f.wantCode(err, nodeapi.CodeNotGranted)
	})
}

func TestGrants(t *testing.T) {
	run(t, func(f *fixture) {
		grants := f.Grants()
		if _, ok, err := grants.Of(f.Context(), origin); ok || err != nil {
			f.Errorf("got %v, %v of nothing", ok, err)
		}
		_, err := f.CreatePort(f.Context(), nodeapi.PortRequest{Origin: origin})
		f.wantCode(err, nodeapi.CodeNotGranted)
		if err := grants.Set(f.Context(), origin, nodeapi.Grants{ID: true}); err != nil {
			f.Fatal(err)
		}
		kept, ok, err := grants.Of(f.Context(), origin)
		if err != nil || !ok || kept.Origin != origin || !kept.Grants.ID || kept.Granted == 0 {
			f.Errorf("got %+v, %v, %v", kept, ok, err)
		}
		n := 0
		for _, err := range grants.List(f.Context(), nodeapi.GrantsListRequest{}) {
			if err != nil {
				f.Fatal(err)
			}
			n++
		}
		if n != 1 {
			f.Errorf("listed %d; want 1", n)
		}
		if err := grants.Revoke(f.Context(), origin, true); err != nil {
			f.Fatal(err)
		}
		if _, ok, err := grants.Of(f.Context(), origin); ok || err != nil {
			f.Errorf("got %v, %v after Revoke", ok, err)
		}
	})
}

// TestCallsEndWithTheReason: who is in the middle of a call is told why it ended.
func TestCallsEndWithTheReason(t *testing.T) {
	for _, tc := range []struct {
		code nodeapi.Code
		lost bool // it may be asked for again
		end  func(f *fixture) error
	}{
		{nodeapi.CodeGrantsRevoked, false, func(f *fixture) error { return f.Grants().Revoke(f.Context(), origin, false) }},
		{nodeapi.CodeGrantsChanged, true, func(f *fixture) error { return f.Grants().Set(f.Context(), origin, nodeapi.Grants{}) }},
	} {
		t.Run(string(tc.code), func(t *testing.T) {
			run(t, func(f *fixture) {
				if err := f.Grants().Set(f.Context(), origin, nodeapi.Grants{Topics: []string{"t"}}); err != nil {
					f.Fatal(err)
				}
				c, _ := f.openBound(nodeapi.PortRequest{Origin: origin})
				sub, err := c.PubSub().Subscribe(f.Context(), "t", client.SubscribeOptions{})
				if err != nil {
					f.Fatal(err)
				}
				result := make(chan error, 1)
				go func() {
					_, err := sub.Next()
					result <- err
				}()
				synctest.Wait()
				if err := tc.end(f); err != nil {
					f.Fatal(err)
				}
				err = <-result
				f.wantCode(err, tc.code)
				if client.IsLost(err) != tc.lost {
					f.Errorf("IsLost is %v; want %v", !tc.lost, tc.lost)
				}
			})
		})
	}
}

// TestRedialerFollowsChangedGrants asks for a new secret when the grants change.
func TestRedialerFollowsChangedGrants(t *testing.T) {
	run(t, func(f *fixture) {
		set := func(grants nodeapi.Grants) {
			f.Helper()
			if err := f.Grants().Set(f.Context(), origin, grants); err != nil {
				f.Fatal(err)
			}
		}
		set(nodeapi.Grants{ID: true})
		r := &client.Redialer{Dial: func(ctx context.Context) (*client.Client, error) {
			port, err := f.CreatePort(ctx, nodeapi.PortRequest{Origin: origin})
			if err != nil {
				return nil, err
			}
			return f.tryOpen(client.Options{Secret: port.Secret})
		}}
		defer r.Close()
		stat := func() error {
			return r.Do(f.Context(), func(ctx context.Context, c *client.Client) error {
				_, err := c.Repo().Stat(ctx)
				return err
			})
		}
		if err := stat(); !errors.Is(err, &nodeapi.Error{Code: nodeapi.CodeNotGranted}) {
			f.Errorf("got %v; want not-granted", err)
		}
		set(nodeapi.Grants{List: true})
		if err := stat(); err != nil {
			f.Error(err)
		}
	})
}
