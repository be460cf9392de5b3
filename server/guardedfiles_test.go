package server_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestFilesAreConfined writes and reads by every kind of path that could lead out of
// an origin's directory.
func TestFilesAreConfined(t *testing.T) {
	run(t, func(f *fixture) {
		own, other := f.dial(), f.dialBound(otherOrigin, nodeapi.Grants{Files: true})
		for _, file := range []struct{ path, text string }{
			{"/secret", "the node's own"}, {"/ipns/secret", "the node's own"}, {"/origins/https/a.example.evil/secret", "another's"},
		} {
			f.writeFile(own, file.path, file.text)
		}
		f.writeFile(other, "/secret", "another's")
		mine := f.dialBound(origin, nodeapi.Grants{Files: true})
		f.writeFile(mine, "/a/own", "mine")

		ways := []string{
			"/secret", "/../secret", "/../../../secret", "/a/../../../../secret", "/./../secret", "//../secret", "/../b.example/secret",
			"/../../https/b.example/secret", "/../a.example.evil/secret", "/origins/https/b.example/secret", "/%2e%2e/secret",
			"/..%2fsecret", "/%2e%2e%2fb.example%2fsecret", `/..\secret`, `/..\..\secret`, "/..;/secret", "/．．/secret", "/\u2024\u2024/secret",
			"/. ./secret", "/.. /secret", "/...//secret", "/a/own/../../../b.example/secret", "/ipns/secret", "/ipfs", "/IPFS/secret",
		}
		for i, way := range ways {
			err := mine.Invoke(f.Context(), nodeapi.MethodFilesStat, nodeapi.FilesStatRequest{Path: way}, nil)
			e := f.wantCode(err, nodeapi.CodeNoLink)
			if told := fmt.Sprint(e.Message, e.Details); strings.Contains(told, "origins/https/a.example") {
				f.Errorf("%s: the error tells where the files are: %s", way, told)
			}
			for _, call := range []struct {
				method  string
				request any
			}{
				{nodeapi.MethodFilesRead, nodeapi.FilesReadRequest{Path: way}},
				{nodeapi.MethodFilesList, nodeapi.FilesListRequest{Path: way}},
				{nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{From: []string{way}, To: "/stolen"}},
				{nodeapi.MethodFilesMove, nodeapi.FilesMoveRequest{From: []string{way}, To: "/stolen"}},
				{nodeapi.MethodFilesRemove, nodeapi.FilesRemoveRequest{Paths: []string{way}, Recursive: true}},
				{nodeapi.MethodFilesTouch, nodeapi.FilesTouchRequest{Path: way}},
				{nodeapi.MethodFilesChmod, nodeapi.FilesChmodRequest{Path: way, Mode: 0o777}},
			} {
				if err := mine.Invoke(f.Context(), call.method, call.request, nil); err == nil {
					f.Errorf("%s %q was done", call.method, way)
				}
			}
			f.writeFile(mine, way, "forged")
			for _, call := range []struct {
				method  string
				request any
			}{
				{nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{From: []string{"/a/own"}, To: fmt.Sprint(way, "-copy", i)}},
				{nodeapi.MethodFilesMkdir, nodeapi.FilesMkdirRequest{Path: way + "-dir", Parents: true}},
				{nodeapi.MethodFilesRemove, nodeapi.FilesRemoveRequest{Paths: []string{way}, Recursive: true}},
			} {
				if err := mine.Invoke(f.Context(), call.method, call.request, nil); err != nil {
					f.Errorf("%s %q: %v", call.method, way, err)
				}
			}
		}

		for _, path := range f.backend.Paths() {
			if !slices.Contains([]string{"/", "/secret", "/ipns", "/ipns/secret", "/origins", "/origins/https"}, path) &&
				!strings.HasPrefix(path+"/", "/origins/https/a.example/") && !strings.HasPrefix(path, "/origins/https/a.example.evil") &&
				path != "/origins/https/b.example" && path != "/origins/https/b.example/secret" {
				f.Errorf("there is %q", path)
			}
		}
		for path, want := range map[string]string{"/secret": "the node's own", "/origins/https/b.example/secret": "another's", "/origins/https/a.example/a/own": "mine"} {
			if got := f.readFile(own, path); got != want {
				f.Errorf("%s: got %q; want %q", path, got, want)
			}
		}
	})
}

// TestFilesWithoutAnOriginAreTheNodesOwn: such a port is for the node's own workers
// and frames.
func TestFilesWithoutAnOriginAreTheNodesOwn(t *testing.T) {
	run(t, func(f *fixture) {
		f.writeFile(f.dial(), "/a", "text")
		if got := f.readFile(f.dialBound("", nodeapi.Grants{Files: true}), "/a"); got != "text" {
			f.Errorf("got %q; want the node's own file", got)
		}
	})
}

func (f *fixture) writeFile(conn *messageport.ClientConn, path, text string) {
	f.Helper()
	call := f.call(conn, nodeapi.MethodFilesWrite, nodeapi.FilesWriteRequest{Path: path, Create: true, Parents: true}, true)
	_, err := call.Write([]byte(text))
	if err == nil {
		err = call.CloseWrite()
	}
	if err == nil {
		err = call.Result(nil)
	}
	if err != nil {
		f.Fatalf("write %q: %v", path, err)
	}
}

func (f *fixture) readFile(conn *messageport.ClientConn, path string) string {
	f.Helper()
	call := f.call(conn, nodeapi.MethodFilesRead, nodeapi.FilesReadRequest{Path: path}, false)
	data, err := io.ReadAll(call)
	if err == nil {
		err = call.Result(nil)
	}
	if err != nil {
		f.Fatalf("read %q: %v", path, err)
	}
	return string(data)
}
