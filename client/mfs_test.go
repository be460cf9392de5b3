package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func ExampleFiles() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()
	files := c.Files()

	err := files.Write(ctx, "/notes/today.txt", strings.NewReader("hello world"), client.FilesWriteOptions{Create: true, Parents: true})
	if err != nil {
		log.Fatal(err)
	}
	err = files.Write(ctx, "/notes/today.txt", strings.NewReader("there"), client.FilesWriteOptions{Offset: 6})
	if err != nil {
		log.Fatal(err)
	}
	r, err := files.Read(ctx, "/notes/today.txt", client.FilesReadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(os.Stdout, r); err != nil {
		log.Fatal(err)
	}
	fmt.Println()

	if err := files.Move(ctx, "/notes/today.txt", "/notes/yesterday.txt", client.FilesMoveOptions{}); err != nil {
		log.Fatal(err)
	}
	for entry, err := range files.List(ctx, "/notes", client.FilesListOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(entry.Type, entry.Name, entry.Size)
	}
	// Output:
	// hello there
	// file yesterday.txt 11
}

func ExampleFiles_Mkdir() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()
	files := c.Files()

	if err := files.Mkdir(ctx, "/a/b", client.FilesMkdirOptions{Parents: true}); err != nil {
		log.Fatal(err)
	}
	if err := files.Chmod(ctx, "/a/b", 0o700, client.FilesChmodOptions{}); err != nil {
		log.Fatal(err)
	}
	if err := files.Touch(ctx, "/a/b", client.FilesTouchOptions{Mtime: &nodeapi.Mtime{Secs: 1_700_000_000}}); err != nil {
		log.Fatal(err)
	}
	st, err := files.Stat(ctx, "/a/b", client.FilesStatOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %o %d\n", st.Type, *st.Mode, st.Mtime.Secs)

	err = files.Mkdir(ctx, "/a/b", client.FilesMkdirOptions{})
	fmt.Println(errors.Is(err, &nodeapi.Error{Code: nodeapi.CodeAlreadyExists}))
	// Output:
	// directory 700 1700000000
	// true
}

func ExampleFiles_Flush() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()
	files := c.Files()

	for _, name := range []string{"/a", "/b"} {
		err := files.Write(ctx, name, strings.NewReader(name), client.FilesWriteOptions{Create: true, Flush: new(false)})
		if err != nil {
			log.Fatal(err)
		}
	}
	root, err := files.Flush(ctx, "/") // both are kept now
	if err != nil {
		log.Fatal(err)
	}
	st, err := files.Stat(ctx, "/", client.FilesStatOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(root == st.Cid)
	// Output: true
}

func ExampleFiles_Copy() {
	ctx := context.Background()
	c := openExample(ctx)
	defer c.Close()
	files := c.Files()

	err := files.Write(ctx, "/a", strings.NewReader("text"), client.FilesWriteOptions{Create: true})
	if err != nil {
		log.Fatal(err)
	}
	if err := files.Copy(ctx, "/a", "/kept/", client.FilesCopyOptions{Parents: true}); err != nil {
		log.Fatal(err)
	}
	if err := files.Remove(ctx, []string{"/a"}, client.FilesRemoveOptions{}); err != nil {
		log.Fatal(err)
	}
	for entry, err := range files.List(ctx, "/kept", client.FilesListOptions{Short: true}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(entry.Name)
	}
	// Output: a
}

func TestFilesWriteAndRead(t *testing.T) {
	run(t, func(f *fixture) {
		files := f.Files()
		data := pattern(600_000)
		if err := files.Write(f.Context(), "/f", bytes.NewReader(data), client.FilesWriteOptions{Create: true}); err != nil {
			f.Fatal(err)
		}
		r, err := files.Read(f.Context(), "/f", client.FilesReadOptions{Offset: 1, Length: new(uint64(500_000))})
		if err != nil {
			f.Fatal(err)
		}
		defer r.Close()
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, data[1:500_001]) {
			f.Errorf("got %d bytes, %v; want 500000", len(got), err)
		}
		r, err = files.Read(f.Context(), "/f", client.FilesReadOptions{Offset: 600_001})
		if err == nil {
			defer r.Close()
			_, err = io.ReadAll(r)
		}
		f.wantCode(err, nodeapi.CodeInvalidOption)
	})
}

func TestFilesWriteEndsEarly(t *testing.T) {
	run(t, func(f *fixture) {
		files := f.Files()
		broken := errors.New("the disk is gone")
		r := io.MultiReader(strings.NewReader("text"), iotest.ErrReader(broken))
		if err := files.Write(f.Context(), "/f", r, client.FilesWriteOptions{Create: true}); !errors.Is(err, broken) {
			f.Errorf("got %v; want the reader's error", err)
		}
		_, err := files.Stat(f.Context(), "/f", client.FilesStatOptions{})
		f.wantCode(err, nodeapi.CodeNoLink)

		// More than is wanted.
		err = files.Write(f.Context(), "/f", bytes.NewReader(pattern(900_000)), client.FilesWriteOptions{Create: true, Length: new(uint64(3))})
		if err != nil {
			f.Fatal(err)
		}
		st, err := files.Stat(f.Context(), "/f", client.FilesStatOptions{})
		if err != nil || st.Size != 3 {
			f.Errorf("got %d bytes, %v; want 3", st.Size, err)
		}
		// Into what is no file.
		err = files.Write(f.Context(), "/", bytes.NewReader(pattern(900_000)), client.FilesWriteOptions{})
		f.wantCode(err, nodeapi.CodeNotAFile)
	})
}

func TestFilesOfSeveral(t *testing.T) {
	run(t, func(f *fixture) {
		files := f.Files()
		for _, p := range []string{"/a", "/b"} {
			if err := files.Write(f.Context(), p, strings.NewReader(p), client.FilesWriteOptions{Create: true}); err != nil {
				f.Fatal(err)
			}
		}
		if err := files.CopyAll(f.Context(), []string{"/a", "/b"}, "/c", client.FilesCopyOptions{Parents: true}); err != nil {
			f.Fatal(err)
		}
		if err := files.MoveAll(f.Context(), []string{"/c/a", "/c/b"}, "/d", client.FilesMoveOptions{Parents: true}); err != nil {
			f.Fatal(err)
		}
		for dir, want := range map[string]int{"/": 4, "/c": 0, "/d": 2} {
			got := 0
			for _, err := range files.List(f.Context(), dir, client.FilesListOptions{}) {
				if err != nil {
					f.Fatal(err)
				}
				got++
			}
			if got != want {
				f.Errorf("%s has %d entries; want %d", dir, got, want)
			}
		}
		err := files.Remove(f.Context(), []string{"/d"}, client.FilesRemoveOptions{})
		f.wantCode(err, nodeapi.CodeIsADirectory)
		if err := files.Remove(f.Context(), []string{"/d", "/a"}, client.FilesRemoveOptions{Recursive: true}); err != nil {
			f.Fatal(err)
		}
	})
}
