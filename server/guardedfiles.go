package server

import (
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// filesRoot is where a session has its files, which is "/" to it: the directory of
// its origin or, without one, that of everybody.
type filesRoot struct {
	making turns // one at a time; guards made
	made   bool
}

// contentPrefix is that of paths which name blocks, not files of the tree, where
// either will do.
const contentPrefix = "/ipfs/"

// place returns where a path of the tree is to the backend. Parts "." and ".." are
// resolved here, as text, and lead to nothing above the session's root.
func (g *guarded) place(text string) (string, error) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return "", invalidFilesPath(text, `it does not begin with "/"`)
	case strings.ContainsRune(text, 0):
		return "", invalidFilesPath(text, "it has a zero byte")
	}
	root := g.rootDirectory()
	if root == "" {
		return text, nil
	}
	clean := path.Clean(text)
	if clean == "/" || strings.HasSuffix(text, "/") {
		clean = strings.TrimSuffix(clean, "/") + "/"
	}
	return root + clean, nil
}

func invalidFilesPath(text, why string) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidPath, map[string]any{"value": brief(text)}, "path: %s", why)
}

func (g *guarded) rootDirectory() string {
	if origin := g.mandate.port.origin; origin != "" {
		return directoryOf(origin)
	}
	return ""
}

// places is place for several.
func (g *guarded) places(texts []string) ([]string, error) {
	placed := make([]string, len(texts))
	for i, text := range texts {
		var err error
		if placed[i], err = g.place(text); err != nil {
			return nil, err
		}
	}
	return placed, nil
}

// below is place for what is taken away: the root itself stays.
func (g *guarded) below(texts []string) ([]string, error) {
	for _, text := range texts {
		if path.Clean(text) == "/" {
			return nil, invalidFilesPath(text, "the root stays where it is")
		}
	}
	return g.places(texts)
}

// source is place for what is read, which may be a path under "/ipfs/": that needs
// the grant to read.
func (g *guarded) source(method, text string) (string, error) {
	if !strings.HasPrefix(text, contentPrefix) {
		return g.place(text)
	}
	if err := g.need(method, grantRead, " of a path under "+contentPrefix); err != nil {
		return "", err
	}
	_, err := checkContent(method, text)
	return text, err
}

// openFiles returns the group of files, once the session's directory is there.
func (g *guarded) openFiles(ctx context.Context, method string) (MutableFiles, error) {
	b, err := innerGroup[MutableFiles](g, method)
	if err != nil {
		return nil, err
	}
	root := g.rootDirectory()
	if root == "" {
		return b, nil
	}
	done, err := g.files.making.take(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if g.files.made {
		return b, nil
	}
	if err := b.FilesMkdir(ctx, nodeapi.FilesMkdirRequest{Path: root, Parents: true}); err != nil {
		return nil, err
	}
	g.files.made = true
	return b, nil
}

// told turns the paths in an error to what they are to the session.
func (g *guarded) told(err error) error {
	root := g.rootDirectory()
	e, ok := errors.AsType[*nodeapi.Error](err)
	if !ok || root == "" {
		return err
	}
	outside := func(text string) string {
		if text == root {
			return "/"
		}
		return strings.ReplaceAll(text, root+"/", "/")
	}
	told := *e
	told.Message = outside(e.Message)
	told.Details = make(map[string]any, len(e.Details))
	for key, value := range e.Details {
		if text, ok := value.(string); ok {
			value = outside(text)
		}
		told.Details[key] = value
	}
	return &told
}

// FilesCopy implements MutableFiles.
func (g *guarded) FilesCopy(ctx context.Context, req nodeapi.FilesCopyRequest) (err error) {
	const method = nodeapi.MethodFilesCopy
	from := make([]string, len(req.From))
	for i, text := range req.From {
		if from[i], err = g.source(method, text); err != nil {
			return err
		}
	}
	if err := g.offline(ctx, method); err != nil {
		return err
	}
	if req.To, err = g.place(req.To); err != nil {
		return err
	}
	req.From = from
	b, err := g.openFiles(ctx, method)
	if err != nil {
		return err
	}
	return g.told(b.FilesCopy(ctx, req))
}

// FilesMove implements MutableFiles.
func (g *guarded) FilesMove(ctx context.Context, req nodeapi.FilesMoveRequest) (err error) {
	if req.From, err = g.below(req.From); err != nil {
		return err
	}
	if req.To, err = g.place(req.To); err != nil {
		return err
	}
	b, err := g.openFiles(ctx, nodeapi.MethodFilesMove)
	if err != nil {
		return err
	}
	return g.told(b.FilesMove(ctx, req))
}

// FilesMkdir implements MutableFiles.
func (g *guarded) FilesMkdir(ctx context.Context, req nodeapi.FilesMkdirRequest) (err error) {
	if req.Path, err = g.place(req.Path); err != nil {
		return err
	}
	b, err := g.openFiles(ctx, nodeapi.MethodFilesMkdir)
	if err != nil {
		return err
	}
	return g.told(b.FilesMkdir(ctx, req))
}

// FilesStat implements MutableFiles. How much of it the repo has is what the node
// holds.
func (g *guarded) FilesStat(ctx context.Context, req nodeapi.FilesStatRequest) (_ nodeapi.FilesStat, err error) {
	const method = nodeapi.MethodFilesStat
	if req.Path, err = g.source(method, req.Path); err != nil {
		return nodeapi.FilesStat{}, err
	}
	if req.WithLocal {
		if err := g.need(method, grantList, " of what the repo has"); err != nil {
			return nodeapi.FilesStat{}, err
		}
	}
	if err := g.offline(ctx, method); err != nil {
		return nodeapi.FilesStat{}, err
	}
	b, err := g.openFiles(ctx, method)
	if err != nil {
		return nodeapi.FilesStat{}, err
	}
	stat, err := b.FilesStat(ctx, req)
	return stat, g.told(err)
}

// FilesTouch implements MutableFiles.
func (g *guarded) FilesTouch(ctx context.Context, req nodeapi.FilesTouchRequest) (err error) {
	if req.Path, err = g.place(req.Path); err != nil {
		return err
	}
	b, err := g.openFiles(ctx, nodeapi.MethodFilesTouch)
	if err != nil {
		return err
	}
	return g.told(b.FilesTouch(ctx, req))
}

// FilesChmod implements MutableFiles.
func (g *guarded) FilesChmod(ctx context.Context, req nodeapi.FilesChmodRequest) (err error) {
	if req.Path, err = g.place(req.Path); err != nil {
		return err
	}
	b, err := g.openFiles(ctx, nodeapi.MethodFilesChmod)
	if err != nil {
		return err
	}
	return g.told(b.FilesChmod(ctx, req))
}

// FilesRemove implements MutableFiles.
func (g *guarded) FilesRemove(ctx context.Context, req nodeapi.FilesRemoveRequest) (err error) {
	if req.Paths, err = g.below(req.Paths); err != nil {
		return err
	}
	b, err := g.openFiles(ctx, nodeapi.MethodFilesRemove)
	if err != nil {
		return err
	}
	return g.told(b.FilesRemove(ctx, req))
}

// FilesRead implements MutableFiles.
func (g *guarded) FilesRead(ctx context.Context, req nodeapi.FilesReadRequest) (_ io.ReadCloser, err error) {
	const method = nodeapi.MethodFilesRead
	if req.Path, err = g.source(method, req.Path); err != nil {
		return nil, err
	}
	if err := g.offline(ctx, method); err != nil {
		return nil, err
	}
	b, err := g.openFiles(ctx, method)
	if err != nil {
		return nil, err
	}
	r, err := b.FilesRead(ctx, req)
	return r, g.told(err)
}

// FilesWrite implements MutableFiles.
func (g *guarded) FilesWrite(ctx context.Context, content io.Reader, req nodeapi.FilesWriteRequest) (err error) {
	if req.Path, err = g.place(req.Path); err != nil {
		return err
	}
	b, err := g.openFiles(ctx, nodeapi.MethodFilesWrite)
	if err != nil {
		return err
	}
	return g.told(b.FilesWrite(ctx, content, req))
}

// FilesFlush implements MutableFiles.
func (g *guarded) FilesFlush(ctx context.Context, text string) (cid.Cid, error) {
	placed, err := g.place(text)
	if err != nil {
		return cid.Undef, err
	}
	b, err := g.openFiles(ctx, nodeapi.MethodFilesFlush)
	if err != nil {
		return cid.Undef, err
	}
	c, err := b.FilesFlush(ctx, placed)
	return c, g.told(err)
}

// FilesList implements MutableFiles.
func (g *guarded) FilesList(ctx context.Context, req nodeapi.FilesListRequest) iter.Seq2[nodeapi.MFSEntry, error] {
	const method = nodeapi.MethodFilesList
	return func(yield func(nodeapi.MFSEntry, error) bool) {
		var err error
		req := req
		if req.Path, err = g.source(method, req.Path); err == nil {
			err = g.offline(ctx, method)
		}
		var b MutableFiles
		if err == nil {
			b, err = g.openFiles(ctx, method)
		}
		if err != nil {
			yield(nodeapi.MFSEntry{}, err)
			return
		}
		for entry, err := range b.FilesList(ctx, req) {
			if !yield(entry, g.told(err)) {
				return
			}
		}
	}
}
