package client

import (
	"context"
	"io"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Files is the group of the Mutable File System: one tree of files and
// directories in the repo, which all clients see and change. Its paths begin
// with "/". Each call takes effect whole or not at all, but for Remove of several
// paths. When a change is kept, if not at once, nodeapi says with the type
// FilesCopyRequest.
type Files struct{ c *Client }

// Files returns the group of the Mutable File System.
func (c *Client) Files() Files { return Files{c} }

// FilesCopyOptions are those of Files.Copy.
type FilesCopyOptions struct {
	Parents    bool // make missing directories above the target
	Force      bool // replace a file that is there
	CidVersion *int
	HashAlg    string
	Flush      *bool // true unless set
}

// Copy puts what is at a path, of the tree or of the form "/ipfs/<cid>/a/b", at
// another, where nothing may be yet. Nothing but a link is copied.
func (f Files) Copy(ctx context.Context, from, to string, opts FilesCopyOptions) error {
	return f.CopyAll(ctx, []string{from}, to, opts)
}

// CopyAll is Copy of several into the directory to, each under its last part.
func (f Files) CopyAll(ctx context.Context, from []string, to string, opts FilesCopyOptions) error {
	return do(ctx, f.c, nodeapi.MethodFilesCopy, nodeapi.FilesCopyRequest{
		From:       from,
		To:         to,
		Parents:    opts.Parents,
		Force:      opts.Force,
		CidVersion: opts.CidVersion,
		HashAlg:    opts.HashAlg,
		Flush:      opts.Flush,
		Offline:    nodeapi.IsOffline(ctx),
	})
}

// FilesMoveOptions are those of Files.Move.
type FilesMoveOptions struct {
	Parents    bool // make missing directories above the target
	CidVersion *int
	HashAlg    string
	Flush      *bool // true unless set
}

// Move moves what is at a path to another: a new one, that of a file, which is
// replaced, or that of a directory, into which it goes.
func (f Files) Move(ctx context.Context, from, to string, opts FilesMoveOptions) error {
	return f.MoveAll(ctx, []string{from}, to, opts)
}

// MoveAll is Move of several into the directory to.
func (f Files) MoveAll(ctx context.Context, from []string, to string, opts FilesMoveOptions) error {
	return do(ctx, f.c, nodeapi.MethodFilesMove, nodeapi.FilesMoveRequest{
		From:       from,
		To:         to,
		Parents:    opts.Parents,
		CidVersion: opts.CidVersion,
		HashAlg:    opts.HashAlg,
		Flush:      opts.Flush,
	})
}

// FilesMkdirOptions are those of Files.Mkdir.
type FilesMkdirOptions struct {
	Parents    bool    // make missing directories above it, and take one that is there
	Mode       *uint32 // permission bits
	Mtime      *nodeapi.Mtime
	CidVersion *int
	HashAlg    string
	Flush      *bool // true unless set
}

// Mkdir makes a directory.
func (f Files) Mkdir(ctx context.Context, path string, opts FilesMkdirOptions) error {
	return do(ctx, f.c, nodeapi.MethodFilesMkdir, nodeapi.FilesMkdirRequest{
		Path:       path,
		Parents:    opts.Parents,
		Mode:       opts.Mode,
		Mtime:      opts.Mtime,
		CidVersion: opts.CidVersion,
		HashAlg:    opts.HashAlg,
		Flush:      opts.Flush,
	})
}

// FilesStatOptions are those of Files.Stat.
type FilesStatOptions struct {
	WithLocal bool // say how much of it the repo has
}

// Stat says what is at a path, of the tree or of the form "/ipfs/<cid>/a/b".
func (f Files) Stat(ctx context.Context, path string, opts FilesStatOptions) (nodeapi.FilesStat, error) {
	return invoke[nodeapi.FilesStat](ctx, f.c, nodeapi.MethodFilesStat, nodeapi.FilesStatRequest{
		Path:      path,
		WithLocal: opts.WithLocal,
		Offline:   nodeapi.IsOffline(ctx),
	})
}

// FilesTouchOptions are those of Files.Touch.
type FilesTouchOptions struct {
	Mtime *nodeapi.Mtime // now if nil
	Flush *bool          // true unless set
}

// Touch sets the time of modification of a file or a directory.
func (f Files) Touch(ctx context.Context, path string, opts FilesTouchOptions) error {
	return do(ctx, f.c, nodeapi.MethodFilesTouch, nodeapi.FilesTouchRequest{Path: path, Mtime: opts.Mtime, Flush: opts.Flush})
}

// FilesChmodOptions are those of Files.Chmod.
type FilesChmodOptions struct {
	Flush *bool // true unless set
}

// Chmod sets the mode of a file or a directory: permission bits.
func (f Files) Chmod(ctx context.Context, path string, mode uint32, opts FilesChmodOptions) error {
	return do(ctx, f.c, nodeapi.MethodFilesChmod, nodeapi.FilesChmodRequest{Path: path, Mode: mode, Flush: opts.Flush})
}

// FilesRemoveOptions are those of Files.Remove.
type FilesRemoveOptions struct {
	Recursive bool  // directories too
	Force     bool  // Recursive, and nothing there is no error
	Flush     *bool // true unless set
}

// Remove removes what is at each of the paths. The first that cannot be removed
// is the error; the others are removed all the same.
func (f Files) Remove(ctx context.Context, paths []string, opts FilesRemoveOptions) error {
	return do(ctx, f.c, nodeapi.MethodFilesRemove, nodeapi.FilesRemoveRequest{
		Paths:     paths,
		Recursive: opts.Recursive,
		Force:     opts.Force,
		Flush:     opts.Flush,
	})
}

// FilesReadOptions say which part of a file is wanted; all of it if zero.
type FilesReadOptions struct {
	Offset uint64  // past the end is an error
	Length *uint64 // all that follows if nil
}

// Read returns the bytes of a file, as it is now, of the tree or at
// "/ipfs/<cid>/a/b". The reader is as that of Client.Cat.
func (f Files) Read(ctx context.Context, path string, opts FilesReadOptions) (io.ReadCloser, error) {
	return f.c.download(ctx, nodeapi.MethodFilesRead, nodeapi.FilesReadRequest{
		Path:    path,
		Offset:  opts.Offset,
		Length:  opts.Length,
		Offline: nodeapi.IsOffline(ctx),
	})
}

// FilesWriteOptions are those of Files.Write.
type FilesWriteOptions struct {
	Offset     uint64  // of the first byte; past the end there are zeros up to it
	Length     *uint64 // the most bytes to write
	Create     bool    // make the file if it is not there
	Parents    bool    // make missing directories above it
	Truncate   bool    // begin with an empty file
	RawLeaves  *bool   // whether new leaves are raw blocks
	Mode       *uint32 // permission bits
	Mtime      *nodeapi.Mtime
	CidVersion *int
	HashAlg    string
	Flush      *bool // true unless set
}

// Write writes what r reads into a file, which changes in one step when r has
// been read to its end. An error of r is returned as it is, and changes nothing.
// A Read that is under way is waited for, even when the call has ended otherwise.
func (f Files) Write(ctx context.Context, path string, r io.Reader, opts FilesWriteOptions) error {
	call, err := f.c.conn.Call(ctx, nodeapi.MethodFilesWrite, nodeapi.FilesWriteRequest{
		Path:       path,
		Offset:     opts.Offset,
		Length:     opts.Length,
		Create:     opts.Create,
		Parents:    opts.Parents,
		Truncate:   opts.Truncate,
		RawLeaves:  opts.RawLeaves,
		Mode:       opts.Mode,
		Mtime:      opts.Mtime,
		CidVersion: opts.CidVersion,
		HashAlg:    opts.HashAlg,
		Flush:      opts.Flush,
	}, messageport.CallOptions{Upload: true})
	if err != nil {
		return publicError(err)
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		err := sendContent(call, r)
		if err == nil {
			err = call.CloseWrite()
		}
		if err != nil {
			call.Cancel(err) // if the call has ended, err is but a result of that
		}
	}()
	err = call.Result(nil)
	call.Cancel(nil)
	<-sent
	return publicError(err)
}

// Flush keeps all changes, and returns the CID at a path.
func (f Files) Flush(ctx context.Context, path string) (cid.Cid, error) {
	result, err := invoke[nodeapi.CIDResult](ctx, f.c, nodeapi.MethodFilesFlush, nodeapi.FilesFlushRequest{Path: path})
	return result.Cid, err
}

// FilesListOptions are those of Files.List.
type FilesListOptions struct {
	// Short leaves out all but names and CIDs, for which the entries' blocks need
	// not be read.
	Short bool
}

// List yields the entries of the directory at a path, of the tree or of the form
// "/ipfs/<cid>/a/b", or a file as its one entry.
func (f Files) List(ctx context.Context, path string, opts FilesListOptions) iter.Seq2[nodeapi.MFSEntry, error] {
	req := nodeapi.FilesListRequest{Path: path, Offline: nodeapi.IsOffline(ctx)}
	if opts.Short {
		req.Long = new(false)
	}
	return list[nodeapi.MFSEntry](ctx, f.c, nodeapi.MethodFilesList, req)
}
