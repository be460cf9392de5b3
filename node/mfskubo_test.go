package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// kuboFiles is the Mutable File System of a Kubo of the test's own, by its RPC
// API on loopback.
type kuboFiles struct {
	t      *testing.T
	api    string
	client http.Client
}

// startKuboFiles starts a daemon that knows no network.
func startKuboFiles(t *testing.T) *kuboFiles {
	t.Helper()
	kubo := os.Getenv("SHAREDNODE_KUBO")
	if kubo == "" {
		t.Skip("SHAREDNODE_KUBO does not name a Kubo binary")
	}
	repo := t.TempDir()
	runKubo(t, kubo, repo, "init", "--profile=test", "--empty-repo")
	daemon := exec.Command(kubo, "daemon", "--offline")
	daemon.Env = append(os.Environ(), "IPFS_PATH="+repo)
	var said bytes.Buffer
	daemon.Stdout, daemon.Stderr = &said, &said
	must(t, daemon.Start())
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait() // tells that it was killed
	})
	k := &kuboFiles{t: t, client: http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}}
	t.Cleanup(k.client.CloseIdleConnections)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		addr, err := os.ReadFile(filepath.Join(repo, "api"))
		_, port, _ := strings.Cut(string(addr), "/tcp/")
		k.api = "http://127.0.0.1:" + strings.TrimSpace(port) + "/api/v0/"
		if err == nil {
			if _, err = k.call("version", nil, nil); err == nil {
				return k
			}
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("Kubo does not answer: %v", err)
		}
	}
}

// call makes a call and returns the body of the answer.
func (k *kuboFiles) call(method string, args url.Values, content []byte) ([]byte, error) {
	var body io.Reader
	kind := ""
	if content != nil {
		var buf bytes.Buffer
		w := multipart.NewWriter(&buf)
		part, err := w.CreateFormFile("data", "data")
		must(k.t, err)
		_, err = part.Write(content)
		must(k.t, errors.Join(err, w.Close()))
		body, kind = &buf, w.FormDataContentType()
	}
	req, err := http.NewRequestWithContext(k.t.Context(), http.MethodPost, k.api+method+"?"+args.Encode(), body)
	must(k.t, err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Expect", "100-continue") // or Kubo hangs up when it does not want to read it
	}
	res, err := k.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if trailer := res.Trailer.Get("X-Stream-Error"); trailer != "" {
		return nil, errors.New(string(answer) + trailer)
	}
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(string(answer))
	}
	return answer, nil
}

// kuboCodes has our codes for parts of what Kubo says.
var kuboCodes = []struct {
	text string
	code nodeapi.Code
}{
	{"cannot unlink existing file: not a file", nodeapi.CodeIsADirectory},
	{"file does not exist", nodeapi.CodeNoLink},
	{"lready exists", nodeapi.CodeAlreadyExists},
	{"already has entry by that name", nodeapi.CodeAlreadyExists},
	{"use -r to remove directories", nodeapi.CodeIsADirectory},
	{"was not a file", nodeapi.CodeNotAFile},
	{"ot a directory", nodeapi.CodeNotADirectory},
	{"expected *mfs.Directory", nodeapi.CodeNotADirectory},
	{"cannot delete root", nodeapi.CodeInvalidPath},
	{"past end of file", nodeapi.CodeInvalidOption},
}

// kuboCode returns our code for an error of Kubo's.
func kuboCode(method string, err error) nodeapi.Code {
	if err == nil {
		return ""
	}
	if method != "files/mkdir" && strings.Contains(err.Error(), "file already exists") {
		return nodeapi.CodeNotADirectory // where a directory above it should be
	}
	for _, c := range kuboCodes {
		if strings.Contains(err.Error(), c.text) {
			return c.code
		}
	}
	return nodeapi.Code(fmt.Sprintf("unknown: %v", err))
}

func (k *kuboFiles) stat(path string) (string, nodeapi.FilesStat, error) {
	answer, err := k.call("files/stat", url.Values{"arg": {path}, "with-local": {"true"}}, nil)
	var st struct {
		Hash                            string
		Size, CumulativeSize, SizeLocal uint64
		Blocks                          uint64
		Type                            string
		Local                           bool
		Mode                            string
		Mtime                           int64
		MtimeNsecs                      uint32
	}
	if err == nil {
		must(k.t, json.Unmarshal(answer, &st))
	}
	result := nodeapi.FilesStat{
		Size: st.Size, CumulativeSize: st.CumulativeSize, Blocks: st.Blocks, Type: st.Type,
		WithLocality: true, Local: st.Local, SizeLocal: st.SizeLocal,
	}
	if st.Mode != "" {
		mode, err := strconv.ParseUint(st.Mode, 8, 32)
		must(k.t, err)
		result.Mode = new(uint32(mode) & 0o7777) // Kubo has Go's bits of the type in it
	}
	if st.Mtime != 0 {
		result.Mtime = &nodeapi.Mtime{Secs: st.Mtime, Nsecs: st.MtimeNsecs}
	}
	return st.Hash, result, err
}
