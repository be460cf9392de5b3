package client_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

var refsBelow = client.RefsOptions{Recursive: true}

func TestRefs(t *testing.T) {
	run(t, func(f *fixture) {
		root, below := f.site()
		for _, tc := range []struct {
			opts client.RefsOptions
			want []string
		}{
			{client.RefsOptions{}, []string{below[0].String(), below[1].String()}},
			{client.RefsOptions{Recursive: true, Format: "<linkname>"}, []string{"b", "c", "d", "e"}},
			{client.RefsOptions{Recursive: true, Unique: true, Format: "<linkname>"}, []string{"b", "c", "d"}},
			{client.RefsOptions{Edges: true}, []string{
				root.String() + " -> " + below[0].String(), root.String() + " -> " + below[1].String(),
			}},
		} {
			var got []string
			for ref, err := range f.Refs(f.Context(), []string{root.String()}, tc.opts) {
				if err != nil {
					f.Fatal(err)
				}
				got = append(got, ref.Ref)
			}
			if !slices.Equal(got, tc.want) {
				f.Errorf("%+v: got %q; want %q", tc.opts, got, tc.want)
			}
		}
		local := 0
		for c, err := range f.RefsLocal(f.Context()) {
			if err != nil || c.Type() != 0x55 {
				f.Fatalf("RefsLocal: got %s, %v", c, err)
			}
			local++
		}
		if local != f.backend.Blocks() {
			f.Errorf("RefsLocal told of %d blocks; there are %d", local, f.backend.Blocks())
		}
	})
}

func TestResolve(t *testing.T) {
	run(t, func(f *fixture) {
		root, below := f.site()
		path := "/ipfs/" + below[0].String()
		f.backend.Domains = map[string]string{"example.com": path}
		if got, err := f.Resolve(f.Context(), "/ipfs/"+root.String()+"/b", client.ResolveOptions{}); err != nil || got != path {
			f.Errorf("Resolve: got %q, %v; want %q", got, err, path)
		}
		if got, err := f.Resolve(f.Context(), "/ipns/example.com", client.ResolveOptions{}); err != nil || got != path {
			f.Errorf("Resolve of a domain: got %q, %v; want %q", got, err, path)
		}
		if got, err := f.DNS(f.Context(), "example.com", client.DNSOptions{}); err != nil || got != path {
			f.Errorf("DNS: got %q, %v; want %q", got, err, path)
		}
		_, err := f.DNS(f.Context(), "example.org", client.DNSOptions{})
		f.wantCode(err, nodeapi.CodeNameNotFound)
	})
}

func TestBootstrap(t *testing.T) {
	run(t, func(f *fixture) {
		const addr = "/memory/2/p2p/somebody"
		b := f.Bootstrap()
		for _, step := range []struct {
			name string
			do   func() ([]string, error)
			want []string
		}{
			{"List", func() ([]string, error) { return b.List(f.Context()) }, []string{}},
			{"Add", func() ([]string, error) { return b.Add(f.Context(), addr) }, []string{addr}},
			{"Add again", func() ([]string, error) { return b.Add(f.Context(), addr) }, []string{}},
			{"List", func() ([]string, error) { return b.List(f.Context()) }, []string{addr}},
			{"Remove", func() ([]string, error) { return b.Remove(f.Context(), addr) }, []string{addr}},
			{"Remove again", func() ([]string, error) { return b.Remove(f.Context(), addr) }, []string{}},
			{"Add", func() ([]string, error) { return b.Add(f.Context(), addr) }, []string{addr}},
			{"Clear", func() ([]string, error) { return b.Clear(f.Context()) }, []string{addr}},
			{"Reset", func() ([]string, error) { return b.Reset(f.Context()) }, []string{}},
		} {
			if got, err := step.do(); err != nil || !slices.Equal(got, step.want) {
				f.Errorf("%s: got %q, %v; want %q", step.name, got, err, step.want)
			}
		}
		if _, err := b.Add(f.Context(), addr); err != nil {
			f.Fatal(err)
		}
		if cfg, err := f.CurrentConfig(f.Context()); err != nil || !slices.Equal(cfg.Bootstrap, []string{addr}) {
			f.Errorf("CurrentConfig: got %+v, %v; want the address in it", cfg, err)
		}
	})
}

func TestStats(t *testing.T) {
	run(t, func(f *fixture) {
		if stat, err := f.Stats().Repo(f.Context()); err != nil || stat.RepoPath != "memory" {
			f.Errorf("Repo: got %+v, %v", stat, err)
		}
		if _, err := f.Stats().Bitswap(f.Context()); err != nil {
			f.Errorf("Bitswap: %v", err)
		}
		once := 0
		for _, err := range f.Stats().Bandwidth(f.Context(), client.BandwidthOptions{}) {
			if err != nil {
				f.Fatal(err)
			}
			once++
		}
		if once != 1 {
			f.Errorf("Bandwidth without a poll told %d times; want once", once)
		}
		ctx, cancel := context.WithCancel(f.Context())
		defer cancel()
		began := time.Now()
		polls := 0
		for _, err := range f.Stats().Bandwidth(ctx, client.BandwidthOptions{Poll: true, Interval: time.Minute}) {
			if errors.Is(err, context.Canceled) {
				break
			}
			if err != nil {
				f.Fatal(err)
			}
			if polls++; polls == 4 {
				cancel()
			}
		}
		if took := time.Since(began); polls != 4 || took != 3*time.Minute {
			f.Errorf("%d polls took %s; want 4 in 3 minutes", polls, took)
		}
		for _, err := range f.Stats().Bandwidth(f.Context(), client.BandwidthOptions{Interval: time.Millisecond}) {
			f.wantCode(err, nodeapi.CodeInvalidOption)
		}
	})
}

func TestPinUpdate(t *testing.T) {
	run(t, func(f *fixture) {
		_, below := f.site()
		from, to := below[0].String(), below[2].String()
		if _, _, err := f.Pin().Update(f.Context(), from, to, client.PinUpdateOptions{}); nodeapi.CodeOf(err) != nodeapi.CodeNotPinned {
			f.Errorf("of what is not pinned: got %v", err)
		}
		if _, err := f.Pin().Add(f.Context(), from, client.PinAddOptions{Name: "n"}); err != nil {
			f.Fatal(err)
		}
		old, pinned, err := f.Pin().Update(f.Context(), from, to, client.PinUpdateOptions{})
		if err != nil || old != below[0] || pinned != below[2] {
			f.Errorf("got %s, %s, %v", old, pinned, err)
		}
		var names []string
		for pin, err := range f.Pin().List(f.Context(), nodeapi.PinListRequest{Name: "n"}) {
			if err != nil {
				f.Fatal(err)
			}
			names = append(names, pin.Cid.String())
		}
		if !slices.Equal(names, []string{to}) {
			f.Errorf("pinned under the name: %q; want %q", names, to)
		}
	})
}
