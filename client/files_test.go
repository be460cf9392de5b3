package client_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// sizes meet the edges of frames and windows.
var sizes = []int{0, 1, 64<<10 - 1, 64 << 10, 1 << 20, 2<<20 + 7}

func pattern(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	return data
}

func TestAddAndCat(t *testing.T) {
	for _, size := range sizes {
		run(t, func(f *fixture) {
			data := pattern(size)
			for name, r := range map[string]io.Reader{
				"a bytes.Reader": bytes.NewReader(data),
				"halves":         iotest.HalfReader(bytes.NewReader(data)),
				"data with EOF":  iotest.DataErrReader(bytes.NewReader(data)),
			} {
				added, err := f.Add(f.Context(), r, nodeapi.AddOptions{})
				if err != nil {
					f.Fatalf("%d bytes from %s: %v", size, name, err)
				}
				if added.Size != uint64(size) {
					f.Errorf("%d bytes from %s: got size %d", size, name, added.Size)
				}
				f.catBothWays(added.Cid.String(), data)
			}
		})
	}
}

func (f *fixture) catBothWays(path string, want []byte) {
	f.Helper()
	r, err := f.Cat(f.Context(), path, client.CatOptions{})
	if err != nil {
		f.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(struct{ io.Reader }{r})
	if err != nil || !bytes.Equal(got, want) {
		f.Errorf("%d bytes by Read: got %d, %v", len(want), len(got), err)
	}
	again, err := f.Cat(f.Context(), path, client.CatOptions{})
	if err != nil {
		f.Fatal(err)
	}
	defer again.Close()
	var written bytes.Buffer
	n, err := again.(io.WriterTo).WriteTo(&written)
	if err != nil || n != int64(len(want)) || !bytes.Equal(written.Bytes(), want) {
		f.Errorf("%d bytes by WriteTo: got %d, %v", len(want), n, err)
	}
}

func TestCatIsAReader(t *testing.T) {
	run(t, func(f *fixture) {
		data := pattern(100_000)
		added, err := f.Add(f.Context(), bytes.NewReader(data), nodeapi.AddOptions{})
		if err != nil {
			f.Fatal(err)
		}
		r, err := f.Cat(f.Context(), added.Cid.String(), client.CatOptions{})
		if err != nil {
			f.Fatal(err)
		}
		defer r.Close()
		if err := iotest.TestReader(r, data); err != nil {
			f.Error(err)
		}
	})
}

func TestCatAPart(t *testing.T) {
	run(t, func(f *fixture) {
		added, err := f.Add(f.Context(), strings.NewReader("0123456789"), nodeapi.AddOptions{})
		if err != nil {
			f.Fatal(err)
		}
		for _, tc := range []struct {
			opts client.CatOptions
			want string
		}{
			{client.CatOptions{Offset: 3}, "3456789"},
			{client.CatOptions{Offset: 3, Length: new(uint64(2))}, "34"},
			{client.CatOptions{Length: new(uint64(0))}, ""},
			{client.CatOptions{Offset: 10}, ""},
			{client.CatOptions{Offset: 1 << 62}, ""},
		} {
			r, err := f.Cat(f.Context(), added.Cid.String(), tc.opts)
			if err != nil {
				f.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || string(got) != tc.want {
				f.Errorf("%+v: got %q, %v; want %q", tc.opts, got, err, tc.want)
			}
			_ = r.Close()
		}
	})
}

func TestCatFails(t *testing.T) {
	run(t, func(f *fixture) {
		read := func(path string) error {
			r, err := f.Cat(f.Context(), path, client.CatOptions{})
			if err != nil {
				f.Fatal(err)
			}
			defer r.Close()
			_, err = io.Copy(io.Discard, struct{ io.Reader }{r})
			if _, again := r.Read(make([]byte, 1)); !errors.Is(again, err) {
				f.Errorf("a second Read: got %v; want %v", again, err)
			}
			return err
		}
		missing := read("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")
		f.wantCode(missing, nodeapi.CodeNotFound)
		if !ipld.IsNotFound(missing) {
			f.Error("ipld.IsNotFound does not know the error")
		}
		f.wantCode(read("no/such"), nodeapi.CodeInvalidPath)
		f.wantCode(read(""), nodeapi.CodeInvalidPath)

		added, err := f.Add(f.Context(), bytes.NewReader(pattern(1<<20)), nodeapi.AddOptions{})
		if err != nil {
			f.Fatal(err)
		}
		reads := 0
		f.hook(nodeapi.MethodCat, func(context.Context) error {
			if reads++; reads > 4 {
				return nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "the disk is gone")
			}
			return nil
		})
		f.wantCode(read(added.Cid.String()), nodeapi.CodeStorageFailed)
	})
}

// A server may end its stream before it is sure of the call.
func TestCatFailsAfterTheLastByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		port, served := messageport.Pipe()
		go func() {
			conn, err := messageport.Accept(t.Context(), served, messageport.AcceptConfig{
				Welcome: func(context.Context, messageport.Hello) (messageport.Welcome, error) {
					return messageport.Welcome{}, nil
				},
			})
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Serve(t.Context(), messageport.HandlerFunc(func(_ context.Context, call *messageport.ServerCall) (any, error) {
				_, _ = call.Write([]byte("x"))
				_ = call.CloseWrite()
				time.Sleep(time.Second) // so that the end of the stream comes by itself
				return nil, nodeapi.Errorf(nodeapi.CodeStorageFailed, nil, "the disk is gone")
			}))
		}()
		c, err := client.Open(t.Context(), port, client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		r, err := c.Cat(t.Context(), "p", client.CatOptions{})
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if string(data) != "x" || nodeapi.CodeOf(err) != nodeapi.CodeStorageFailed {
			t.Errorf("got %q, %v; want the byte and the error", data, err)
		}
	})
}

func TestCatClosedInTheMiddle(t *testing.T) {
	run(t, func(f *fixture) {
		added, err := f.Add(f.Context(), bytes.NewReader(pattern(8<<20)), nodeapi.AddOptions{})
		if err != nil {
			f.Fatal(err)
		}
		r, err := f.Cat(f.Context(), added.Cid.String(), client.CatOptions{})
		if err != nil {
			f.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
			f.Fatal(err)
		}
		if n := f.backend.Held(); n != 1 {
			f.Fatalf("the backend has %d readers open; want 1", n)
		}
		_ = r.Close()
		synctest.Wait()
		if n := f.backend.Held(); n != 0 {
			f.Errorf("the backend has %d readers open after Close; want 0", n)
		}
		if _, err := r.Read(make([]byte, 1<<20)); err == nil {
			f.Error("Read after Close has succeeded")
		}
	})
}

func TestGet(t *testing.T) {
	run(t, func(f *fixture) {
		added, err := f.Add(f.Context(), strings.NewReader("hello"), nodeapi.AddOptions{})
		if err != nil {
			f.Fatal(err)
		}
		r, err := f.Get(f.Context(), added.Cid.String(), client.GetOptions{})
		if err != nil {
			f.Fatal(err)
		}
		defer r.Close()
		archive := tar.NewReader(r)
		header, err := archive.Next()
		if err != nil || header.Name != added.Cid.String() {
			f.Fatalf("got header %+v, %v", header, err)
		}
		if data, err := io.ReadAll(archive); err != nil || string(data) != "hello" {
			f.Errorf("got %q, %v", data, err)
		}
	})
}
