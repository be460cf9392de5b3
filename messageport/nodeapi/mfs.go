package nodeapi

import "github.com/ipfs/go-cid"

// The files.* methods work on the Mutable File System: one tree of files and
// directories that belongs to the repo and that all clients see and change. Its
// paths begin with "/", "." and ".." in them are resolved as text, and a "/" at
// the end is allowed for a directory. Each call takes effect whole or not at all,
// but for files.rm.
//
// Where Flush is a field: with true, the default, the call ends when its change
// and all that were made before are kept in the repo. With false the change is
// seen by all at once, and kept by the next call that flushes, by files.flush or
// when the node closes; a crash before that undoes it.
//
// CidVersion (0 unless set) and HashAlg (sha2-256 unless set; with it the version
// is 1) are those of files and directories that the call makes. What is there
// already keeps its own.

// FilesCopyRequest asks to put what paths name at another path. Nothing is
// copied but a link: what lies under it is fetched when it is read.
type FilesCopyRequest struct {
	// From has one path or more, of the tree or of the form "/ipfs/<cid>/a/b". Of
	// several, each is put into the directory To under its last part.
	From []string `cbor:"from"`
	// To must not be there yet. One that ends in "/" is a directory to put it into.
	To      string `cbor:"to"`
	Parents bool   `cbor:"parents,omitempty"` // make missing directories above To
	// Force replaces a file at To.
	Force      bool   `cbor:"force,omitempty"`
	CidVersion *int   `cbor:"cidVersion,omitempty"`
	HashAlg    string `cbor:"hashAlg,omitempty"`
	Flush      *bool  `cbor:"flush,omitempty"`   // true unless set
	Offline    bool   `cbor:"offline,omitempty"` // look for From in the repo alone
}

// FilesMkdirRequest asks to make a directory.
type FilesMkdirRequest struct {
	Path string `cbor:"path"`
	// Parents makes missing directories above it too, and takes one that is there.
	Parents    bool    `cbor:"parents,omitempty"`
	Mode       *uint32 `cbor:"mode,omitempty"` // permission bits
	Mtime      *Mtime  `cbor:"mtime,omitempty"`
	CidVersion *int    `cbor:"cidVersion,omitempty"`
	HashAlg    string  `cbor:"hashAlg,omitempty"`
	Flush      *bool   `cbor:"flush,omitempty"` // true unless set
}

// FilesStatRequest asks what is at a path of the tree, or at "/ipfs/<cid>/a/b".
type FilesStatRequest struct {
	Path string `cbor:"path"`
	// WithLocal asks how much of it the repo has.
	WithLocal bool `cbor:"withLocal,omitempty"`
	Offline   bool `cbor:"offline,omitempty"` // look in the repo alone
}

// FilesStat says what is at a path.
type FilesStat struct {
	Cid            cid.Cid `cbor:"cid"`
	Size           uint64  `cbor:"size"`           // a file's bytes; 0 for a directory
	CumulativeSize uint64  `cbor:"cumulativeSize"` // of the whole DAG in bytes
	Type           string  `cbor:"type"`           // "file" or "directory"
	Blocks         uint64  `cbor:"blocks"`         // links of the root block
	WithLocality   bool    `cbor:"withLocality"`   // whether the next two mean anything
	Local          bool    `cbor:"local,omitempty"`
	SizeLocal      uint64  `cbor:"sizeLocal,omitempty"` // bytes of the DAG that the repo has
	Mode           *uint32 `cbor:"mode,omitempty"`
	Mtime          *Mtime  `cbor:"mtime,omitempty"`
}

// FilesTouchRequest asks to set a time of modification.
type FilesTouchRequest struct {
	Path  string `cbor:"path"`
	Mtime *Mtime `cbor:"mtime,omitempty"` // now unless set
	Flush *bool  `cbor:"flush,omitempty"` // true unless set
}

// FilesChmodRequest asks to set a mode.
type FilesChmodRequest struct {
	Path  string `cbor:"path"`
	Mode  uint32 `cbor:"mode"`            // permission bits
	Flush *bool  `cbor:"flush,omitempty"` // true unless set
}

// FilesRemoveRequest asks to remove what is at each of the paths. One that
// cannot be removed is an error, which does not keep the others from it.
type FilesRemoveRequest struct {
	Paths     []string `cbor:"paths"`
	Recursive bool     `cbor:"recursive,omitempty"` // directories too
	Force     bool     `cbor:"force,omitempty"`     // Recursive, and nothing there is no error
	Flush     *bool    `cbor:"flush,omitempty"`     // true unless set
}

// FilesReadRequest asks for the bytes of a file of the tree or at
// "/ipfs/<cid>/a/b". They are those it had when the call began.
type FilesReadRequest struct {
	Path    string  `cbor:"path"`
	Offset  uint64  `cbor:"offset,omitempty"`  // past the end is an error
	Length  *uint64 `cbor:"length,omitempty"`  // all that follows unless set
	Offline bool    `cbor:"offline,omitempty"` // look in the repo alone
}

// FilesWriteRequest asks to write bytes into a file. The file is changed when
// all of them are there, in one step. Of calls that write into one file at the
// same time each has its bytes in the end, the last one where they overlap.
type FilesWriteRequest struct {
	Path string `cbor:"path"`
	// Offset is where the first byte goes. Past the end there are zeros up to it.
	Offset   uint64  `cbor:"offset,omitempty"`
	Length   *uint64 `cbor:"length,omitempty"`   // the most bytes to write
	Create   bool    `cbor:"create,omitempty"`   // make the file if it is not there
	Parents  bool    `cbor:"parents,omitempty"`  // make missing directories above it
	Truncate bool    `cbor:"truncate,omitempty"` // begin with an empty file
	// RawLeaves says that new leaves are raw blocks; by default they are if the
	// file's CID version is 1.
	RawLeaves  *bool   `cbor:"rawLeaves,omitempty"`
	Mode       *uint32 `cbor:"mode,omitempty"` // permission bits
	Mtime      *Mtime  `cbor:"mtime,omitempty"`
	CidVersion *int    `cbor:"cidVersion,omitempty"`
	HashAlg    string  `cbor:"hashAlg,omitempty"`
	Flush      *bool   `cbor:"flush,omitempty"` // true unless set
}

// FilesMoveRequest asks to move what is at paths to another path.
type FilesMoveRequest struct {
	// From has one path or more. Of several, each is moved into the directory To.
	From []string `cbor:"from"`
	// To is a new path, a file that is replaced or a directory to move it into;
	// one that ends in "/" must be a directory.
	To         string `cbor:"to"`
	Parents    bool   `cbor:"parents,omitempty"` // make missing directories above To
	CidVersion *int   `cbor:"cidVersion,omitempty"`
	HashAlg    string `cbor:"hashAlg,omitempty"`
	Flush      *bool  `cbor:"flush,omitempty"` // true unless set
}

// FilesFlushRequest asks to keep all changes, and for the CID at a path.
type FilesFlushRequest struct {
	Path string `cbor:"path"`
}

// FilesListRequest asks what is in a directory of the tree or at
// "/ipfs/<cid>/a/b". A file is listed as itself.
type FilesListRequest struct {
	Path string `cbor:"path"`
	// Long, true unless set, asks for more than names, for which the entries'
	// blocks are read.
	Long    *bool `cbor:"long,omitempty"`
	Offline bool  `cbor:"offline,omitempty"` // look in the repo alone
}

// MFSEntry is one entry of a listing by files.ls.
type MFSEntry struct {
	Name string  `cbor:"name"`
	Cid  cid.Cid `cbor:"cid"`
	// Type is "file" or "directory"; left out, as all that follows, where Long is
	// false.
	Type  string  `cbor:"type,omitempty"`
	Size  uint64  `cbor:"size,omitempty"` // a file's bytes; 0 for a directory
	Mode  *uint32 `cbor:"mode,omitempty"`
	Mtime *Mtime  `cbor:"mtime,omitempty"`
}
