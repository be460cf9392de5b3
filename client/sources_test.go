package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestBlockSource(t *testing.T) {
	run(t, func(f *fixture) {
		data := pattern(1 << 20)
		stat, err := f.Block().Put(f.Context(), data, nodeapi.BlockPutOptions{})
		if err != nil {
			f.Fatal(err)
		}
		for range f.Block().Remove(f.Context(), []cid.Cid{stat.Cid}, client.BlockRemoveOptions{}) {
		}
		get := func() ([]byte, error) { return f.Block().Get(f.Context(), stat.Cid) }
		_, err = get()
		f.wantCode(err, nodeapi.CodeNotFound)

		answer := func() ([]byte, error) { return data, nil }
		source, err := f.AddBlockSource(f.Context(), func(_ context.Context, c cid.Cid) ([]byte, error) {
			if !c.Equals(stat.Cid) {
				f.Errorf("asked for %s", c)
			}
			return answer()
		})
		if err != nil {
			f.Fatal(err)
		}
		if got, err := get(); err != nil || string(got) != string(data) {
			f.Errorf("got %d bytes, %v", len(got), err)
		}
		_, err = f.Block().Get(nodeapi.WithOffline(f.Context()), stat.Cid)
		f.wantCode(err, nodeapi.CodeNotFound)
		answer = func() ([]byte, error) { return nil, errors.New("not here") }
		_, err = get()
		f.wantCode(err, nodeapi.CodeNotFound)
		if err := source.Err(); err != nil {
			f.Errorf("it has ended: %v", err)
		}
		answer = func() ([]byte, error) { return []byte("wrong"), nil }
		_, err = get()
		f.wantCode(err, nodeapi.CodeNotFound)
		<-source.Done()
		f.wantCode(source.Err(), nodeapi.CodeInvalidBlock)
		source.Close()
	})
}

// TestBlockSourceCloses ends the context of a read that is under way.
func TestBlockSourceCloses(t *testing.T) {
	run(t, func(f *fixture) {
		asked, ended := make(chan struct{}), make(chan struct{})
		source, err := f.AddBlockSource(f.Context(), func(ctx context.Context, _ cid.Cid) ([]byte, error) {
			close(asked)
			<-ctx.Done()
			close(ended)
			return nil, ctx.Err()
		})
		if err != nil {
			f.Fatal(err)
		}
		go func() { _, _ = f.Block().Get(f.Context(), cid.MustParse("bafkqabtimvwgy3yk")) }()
		<-asked
		source.Close()
		<-ended
		if err := source.Err(); err == nil {
			f.Error("it has not ended")
		}
	})
}
