package server_test

import (
	"context"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// part is something that a client sends in an upload.
type part struct {
	item any    // an item, or
	data string // bytes
}

// upload makes a call with a stream of parts and returns how it ends.
func (f *fixture) upload(conn *messageport.ClientConn, method string, request any, parts ...part) error {
	f.Helper()
	call, err := conn.Call(f.Context(), method, request, messageport.CallOptions{Upload: true})
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range parts {
		// A write to a call that was refused fails, and the result says why.
		if p.item != nil {
			_ = call.WriteItem(p.item)
		} else {
			_, _ = call.Write([]byte(p.data))
		}
	}
	_ = call.CloseWrite()
	return call.Result(nil)
}

// Uploads that are taken into memory have their turn, each session's own.
func TestUploadsInMemoryAreBounded(t *testing.T) {
	run(t, func(f *fixture) {
		const most = 64
		conn, other := f.dial(), f.dial()
		begin := func(method string, request any) *messageport.ClientCall {
			call := f.call(conn, method, request, true)
			_, _ = call.Write([]byte("data"))
			synctest.Wait()
			return call
		}
		var calls []*messageport.ClientCall
		for range most {
			calls = append(calls, begin(nodeapi.MethodPubSubPublish, nodeapi.TopicRequest{Topic: "t"}))
		}
		last := begin(nodeapi.MethodBlockPut, nil)
		_ = last.CloseWrite()
		synctest.Wait()
		if f.backend.Blocks() > 0 {
			f.Errorf("%d uploads are in memory at once; want %d", most+1, most)
		}
		f.alive(conn)
		f.publish(other, "t", "of another session")
		canceled := begin(nodeapi.MethodBlockPut, nil)
		canceled.Cancel(nil)
		f.wantCode(canceled.Result(nil), messageport.CodeCanceled)
		calls[0].Cancel(nil)
		if err := last.Result(nil); err != nil {
			f.Error(err)
		}
	})
}

func TestUploadsOfTheWrongShape(t *testing.T) {
	file := part{item: nodeapi.FileHeader{Path: "a"}}
	for _, tc := range []struct {
		name    string
		method  string
		parts   []part
		want    nodeapi.Code
		details map[string]any
	}{
		{"bytes before the first CAR", nodeapi.MethodDAGImport, []part{{data: "x"}}, nodeapi.CodeBadRequest, nil},
		{"a CAR's header that is no map", nodeapi.MethodDAGImport, []part{{item: 5}}, nodeapi.CodeBadRequest, nil},
		{
			"a CAR's name that is no text", nodeapi.MethodDAGImport,
			[]part{{item: map[string]any{"name": 5}}},
			nodeapi.CodeInvalidOption,
			map[string]any{"field": "name", "option": "name", "value": uint64(5)},
		},
		{
			"a CAR's name that is too long", nodeapi.MethodDAGImport,
			[]part{{item: nodeapi.CARHeader{Name: strings.Repeat("x", 256)}}},
			nodeapi.CodeInvalidOption,
			nil,
		},
		{"a CAR of no bytes", nodeapi.MethodDAGImport, []part{{item: nodeapi.CARHeader{}}}, nodeapi.CodeInvalidCAR, nil},
		{"text for a CAR", nodeapi.MethodDAGImport, []part{{item: nodeapi.CARHeader{}}, {data: "hello"}}, nodeapi.CodeInvalidCAR, nil},
		{"bytes before the first entry", nodeapi.MethodAdd, []part{{data: "x"}}, nodeapi.CodeBadRequest, nil},
		{"bytes for a directory", nodeapi.MethodAdd, []part{{item: nodeapi.FileHeader{Path: "d", Dir: true}}, {data: "x"}}, nodeapi.CodeBadRequest, nil},
		{"a header that is no map", nodeapi.MethodAdd, []part{{item: "a"}}, nodeapi.CodeBadRequest, nil},
		{
			"a path that is no text", nodeapi.MethodAdd,
			[]part{file, {item: map[string]any{"path": 1}}},
			nodeapi.CodeInvalidPath,
			map[string]any{"field": "path", "value": uint64(1)},
		},
		{
			"a negative size", nodeapi.MethodAdd,
			[]part{file, {item: map[string]any{"size": -5}}},
			nodeapi.CodeInvalidOption,
			map[string]any{"field": "size", "option": "size", "value": int64(-5)},
		},
		{
			"a fractional mode", nodeapi.MethodAdd,
			[]part{{item: map[string]any{"mode": 0.5}}},
			nodeapi.CodeInvalidOption,
			map[string]any{"field": "mode", "option": "mode", "value": 0.5},
		},
		{
			"an mtime that is no time", nodeapi.MethodAdd,
			[]part{{item: map[string]any{"mtime": "now"}}},
			nodeapi.CodeInvalidOption,
			map[string]any{"field": "mtime", "option": "mtime", "value": "now"},
		},
		{
			"fewer bytes than announced", nodeapi.MethodAdd,
			[]part{{item: nodeapi.FileHeader{Path: "a", Size: new(uint64(3))}}, {data: "xy"}},
			nodeapi.CodeSourceChanged,
			map[string]any{"path": "a", "expected": uint64(3), "actual": uint64(2)},
		},
		{
			"more bytes than announced", nodeapi.MethodAdd,
			[]part{{item: nodeapi.FileHeader{Path: "a", Size: new(uint64(0))}}, {data: "xy"}},
			nodeapi.CodeSourceChanged,
			map[string]any{"path": "a", "expected": uint64(0), "actual": uint64(2)},
		},
		{"an item for a block", nodeapi.MethodBlockPut, []part{{data: "x"}, file}, nodeapi.CodeBadRequest, nil},
		{"an item for a node", nodeapi.MethodDAGPut, []part{file}, nodeapi.CodeBadRequest, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dial()
				e := f.wantCode(f.upload(conn, tc.method, nil, tc.parts...), tc.want)
				if tc.details != nil && !reflect.DeepEqual(e.Details, tc.details) {
					f.Errorf("got details %v; want %v", e.Details, tc.details)
				}
				if n := f.backend.Blocks(); n != 0 {
					f.Errorf("%d blocks were stored", n)
				}
				f.alive(conn)
			})
		})
	}
}

func TestUploadsOfTheRightShape(t *testing.T) {
	size := new(uint64(2))
	for _, tc := range []struct {
		name   string
		method string
		parts  []part
		blocks int
	}{
		{"no entry at all", nodeapi.MethodAdd, nil, 0},
		{"an empty file", nodeapi.MethodAdd, []part{{item: nodeapi.FileHeader{Size: new(uint64(0))}}}, 1},
		{"a size that is right", nodeapi.MethodAdd, []part{{item: nodeapi.FileHeader{Size: size}}, {data: "x"}, {data: "y"}}, 1},
		{"an empty directory", nodeapi.MethodAdd, []part{{item: nodeapi.FileHeader{Path: "d", Dir: true}}}, 1},
		{"a file, a directory and a file in it", nodeapi.MethodAdd, []part{
			{item: nodeapi.FileHeader{Path: "a"}},
			{data: "x"},
			{item: nodeapi.FileHeader{Path: "d", Dir: true}},
			{item: nodeapi.FileHeader{Path: "d/b"}},
			{data: "y"},
		}, 3},
		{"an empty block", nodeapi.MethodBlockPut, nil, 1},
		{"a block in pieces", nodeapi.MethodBlockPut, []part{{data: "x"}, {data: "y"}}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(f *fixture) {
				if err := f.upload(f.dial(), tc.method, nil, tc.parts...); err != nil {
					f.Fatal(err)
				}
				if n := f.backend.Blocks(); n != tc.blocks {
					f.Errorf("got %d blocks; want %d", n, tc.blocks)
				}
			})
		})
	}
}

func TestBlockOfTheLargestSize(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		most := string(make([]byte, 2<<20))
		if err := f.upload(conn, nodeapi.MethodBlockPut, nil, part{data: most}); err != nil {
			f.Errorf("a block of 2 MiB: %v", err)
		}
		e := f.wantCode(f.upload(conn, nodeapi.MethodBlockPut, nil, part{data: most}, part{data: "x"}), nodeapi.CodeBlockTooLarge)
		if want := map[string]any{"size": uint64(2<<20 + 1), "limit": uint64(2 << 20)}; !reflect.DeepEqual(e.Details, want) {
			f.Errorf("got details %v; want %v", e.Details, want)
		}
		f.wantCode(f.upload(conn, nodeapi.MethodDAGPut, nil, part{data: most + most + "x"}), nodeapi.CodeBlockTooLarge)
	})
}

// skipper is a backend that reads one byte of each entry.
type skipper struct{ servertest.Backend }

func (*skipper) Add(_ context.Context, src iter.Seq2[nodeapi.AddEntry, error], _ nodeapi.AddOptions) iter.Seq2[nodeapi.AddEvent, error] {
	return func(yield func(nodeapi.AddEvent, error) bool) {
		for entry, err := range src {
			if err != nil {
				yield(nodeapi.AddEvent{}, err)
				return
			}
			if _, err := io.ReadFull(entry.Content, make([]byte, 1)); err != nil {
				yield(nodeapi.AddEvent{}, err)
				return
			}
			if !yield(nodeapi.AddEvent{Added: &nodeapi.Added{Path: entry.Path}}, nil) {
				return
			}
		}
	}
}

func TestContentLeftUnreadIsSkipped(t *testing.T) {
	runWith(t, server.Config{Backend: &skipper{}}, func(f *fixture) {
		long := string(make([]byte, 3<<20))
		conn := f.dial()
		err := f.upload(conn, nodeapi.MethodAdd, nil,
			part{item: nodeapi.FileHeader{Path: "a"}}, part{data: long},
			part{item: nodeapi.FileHeader{Path: "b", Size: new(uint64(1 + 3<<20))}}, part{data: "x" + long},
			part{item: nodeapi.FileHeader{Path: "c"}}, part{data: "z"})
		if err != nil {
			f.Error(err)
		}
		err = f.upload(conn, nodeapi.MethodAdd, nil,
			part{item: nodeapi.FileHeader{Path: "a", Size: new(uint64(9))}}, part{data: "short"},
			part{item: nodeapi.FileHeader{Path: "b"}}, part{data: "x"})
		f.wantCode(err, nodeapi.CodeSourceChanged)
	})
}
