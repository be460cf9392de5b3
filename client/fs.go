package client

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// walk yields what is in fsys, in lexical order, each file open while it is the
// current one. The root itself has no name and is not among them.
func walk(fsys fs.FS) iter.Seq2[nodeapi.AddEntry, error] {
	return func(yield func(nodeapi.AddEntry, error) bool) {
		err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case path == ".":
				return nil
			case d.IsDir():
				return unless(yield(nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Path: path, Dir: true}}, nil))
			}
			return visit(fsys, path, d.Type(), yield)
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nodeapi.AddEntry{}, err)
		}
	}
}

func visit(fsys fs.FS, path string, mode fs.FileMode, yield func(nodeapi.AddEntry, error) bool) error {
	if !mode.IsRegular() {
		return fmt.Errorf("client: %s is neither a file nor a directory: %s", path, mode)
	}
	file, err := fsys.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	size := uint64(info.Size())
	return unless(yield(nodeapi.AddEntry{
		FileHeader: nodeapi.FileHeader{Path: path, Size: &size},
		Content:    file,
	}, nil))
}
