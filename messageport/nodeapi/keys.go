package nodeapi

// The values of KeyGenRequest.Type.
const (
	KeyEd25519   = "ed25519"
	KeyRSA       = "rsa"
	KeySecp256k1 = "secp256k1"
)

// KeySelf is the name of the node's own key, its identity. It is listed and can
// be published under; it never leaves the repo and cannot be replaced.
const KeySelf = "self"

// The values of KeyImportRequest.Format and KeyExportRequest.Format. Kubo reads
// and writes the two that end in "cleartext".
const (
	// KeyFormatEncrypted is PKCS#8 in PEM ("ENCRYPTED PRIVATE KEY"), encrypted with
	// a password by PBES2: PBKDF2 with HMAC-SHA-512, AES-256-CBC. OpenSSL reads it,
	// and so does whatever read the RSA keys that js-ipfs exported.
	KeyFormatEncrypted = "pem-pkcs8-encrypted"
	// KeyFormatPEM is PKCS#8 in PEM ("PRIVATE KEY"), in the clear.
	KeyFormatPEM = "pem-pkcs8-cleartext"
	// KeyFormatProtobuf is libp2p's protobuf, in the clear.
	KeyFormatProtobuf = "libp2p-protobuf-cleartext"
)

// KeyGenRequest asks for a new key.
type KeyGenRequest struct {
	// Name is 1 to 255 bytes without "/" or control characters, does not begin with
	// ".", and is not "self".
	Name string `cbor:"name"`
	Type string `cbor:"type,omitempty"` // "ed25519" (the default), "rsa" or "secp256k1"
	// Size is that of an RSA key in bits: 2048 (the default), 3072 or 4096.
	Size uint64 `cbor:"size,omitempty"`
	// IPNSBase is how the id is written: "base36" (the default), "b58mh", or
	// another of multibase's encodings by name.
	IPNSBase string `cbor:"ipnsBase,omitempty"`
}

// KeyListRequest asks which keys there are.
type KeyListRequest struct {
	IPNSBase string `cbor:"ipnsBase,omitempty"` // as in KeyGenRequest
}

// KeyRequest names a key.
type KeyRequest struct {
	Name     string `cbor:"name"`
	IPNSBase string `cbor:"ipnsBase,omitempty"` // as in KeyGenRequest
}

// Key is a key, of which nothing is told but its name and its public id: the
// IPNS name that it publishes under.
type Key struct {
	ID   string `cbor:"id"`
	Name string `cbor:"name"`
}

// KeyRenameRequest asks to give a key another name.
type KeyRenameRequest struct {
	Name     string `cbor:"name"` // as it is
	NewName  string `cbor:"newName"`
	Force    bool   `cbor:"force,omitempty"`    // replace a key that has the new name
	IPNSBase string `cbor:"ipnsBase,omitempty"` // as in KeyGenRequest
}

// KeyRenamed is a key that was renamed.
type KeyRenamed struct {
	ID        string `cbor:"id"`
	Was       string `cbor:"was"`
	Now       string `cbor:"now"`
	Overwrite bool   `cbor:"overwrite"` // whether another key had the new name
}

// KeyImportRequest hands over a private key.
type KeyImportRequest struct {
	Name string `cbor:"name"` // as in KeyGenRequest
	Key  []byte `cbor:"key"`  // in one of the formats, at most 16 KiB
	// Password is that of an encrypted key.
	Password string `cbor:"password,omitempty"`
	// Format is what the key has to be in; unless set it is found out.
	Format   string `cbor:"format,omitempty"`
	IPNSBase string `cbor:"ipnsBase,omitempty"` // as in KeyGenRequest
}

// KeyExportRequest asks for a private key.
type KeyExportRequest struct {
	Name string `cbor:"name"`
	// Password encrypts the key; of the formats in the clear it is an error.
	Password string `cbor:"password,omitempty"`
	// Format is "pem-pkcs8-encrypted" unless set. A key leaves in the clear only
	// if that is asked for by name.
	Format string `cbor:"format,omitempty"`
}

// KeyExported is a private key in the format asked for.
type KeyExported struct {
	Key []byte `cbor:"key"`
}
