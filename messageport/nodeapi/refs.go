package nodeapi

// RefsRequest asks for the links of blocks.
type RefsRequest struct {
	Paths     []string `cbor:"paths"`               // 1 to 256
	Recursive bool     `cbor:"recursive,omitempty"` // the links of what is linked to, too
	Unique    bool     `cbor:"unique,omitempty"`    // each block once
	// Format is the text for each link, in which <src>, <dst> and <linkname> stand
	// for the two CIDs and the link's name; "<dst>" unless set, up to 1024 bytes.
	Format string `cbor:"format,omitempty"`
	Edges  bool   `cbor:"edges,omitempty"` // the format "<src> -> <dst>"
	// MaxDepth is how deep a recursive request goes, 1 for direct links; negative,
	// the default, for all the way.
	MaxDepth *int `cbor:"maxDepth,omitempty"`
	Offline  bool `cbor:"offline,omitempty"` // look in the repo alone
}

// Ref is a link, or why those of one of the paths cannot be told, or not all of
// them. Others still are.
type Ref struct {
	Ref  string `cbor:"ref"`
	Err  string `cbor:"err,omitempty"`
	Code Code   `cbor:"code,omitempty"` // of the same error
}

// ResolveRequest asks what a path comes to.
type ResolveRequest struct {
	// Name is a path: "/ipfs/<cid>/a/b", "<cid>/a/b" or "/ipns/<name>/a/b".
	Name string `cbor:"name"`
	// Recursive is true unless set: what a name stands for is resolved too, until
	// it is no name.
	Recursive *bool `cbor:"recursive,omitempty"`
	// CidBase names the multibase in which the CID is told: "base32", "base58btc"
	// and so on. Unless set it is that of the name's own CID.
	CidBase string `cbor:"cidBase,omitempty"`
	Offline bool   `cbor:"offline,omitempty"` // look in the repo alone
}

// DNSRequest asks for what a domain links to (DNSLink).
type DNSRequest struct {
	Domain string `cbor:"domain"`
	// Recursive is true unless set: where a domain links to another one, that is
	// asked too.
	Recursive *bool `cbor:"recursive,omitempty"`
}

// ResolvedPath is a path: "/ipfs/<cid>", "/ipfs/<cid>/a/b" for what is inside a
// block, or of a request that is not recursive "/ipns/<name>".
type ResolvedPath struct {
	Path string `cbor:"path"`
}
