package keystore_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/keystore"
)

var kinds = []string{nodeapi.KeyEd25519, nodeapi.KeyRSA, nodeapi.KeySecp256k1}

func export(t testing.TB, s *keystore.Store, name, password, format string) []byte {
	t.Helper()
	data, err := s.Export(t.Context(), name, password, format)
	if err != nil {
		t.Fatalf("Export of %s: %v", name, err)
	}
	return data
}

// Each kind goes out in each format and comes back the same, whether the format
// is named or found out.
func TestFormats(t *testing.T) {
	for _, kind := range kinds {
		s := newStore(t)
		want := gen(t, s, "k", kind)
		for _, c := range []struct{ format, password string }{
			{"", "pass"}, {nodeapi.KeyFormatEncrypted, "päss word"}, {nodeapi.KeyFormatPEM, ""}, {nodeapi.KeyFormatProtobuf, ""},
		} {
			data := export(t, s, "k", c.password, c.format)
			for _, format := range []string{"", c.format} {
				got, err := newStore(t).Import(t.Context(), "k", data, c.password, format)
				if err != nil || got != want {
					t.Errorf("%s in %q, read as %q: got %+v, %v; want %+v", kind, c.format, format, got, err, want)
				}
			}
		}
	}
}

func TestBadExports(t *testing.T) {
	s := newStore(t)
	gen(t, s, "k", "")
	for _, c := range []struct {
		name, password, format string
		want                   nodeapi.Code
	}{
		{"l", "p", "", nodeapi.CodeNoSuchKey},
		{"k", "", "", nodeapi.CodeInvalidOption},
		{"k", "", nodeapi.KeyFormatEncrypted, nodeapi.CodeInvalidOption},
		{"k", "p", nodeapi.KeyFormatPEM, nodeapi.CodeInvalidOption},
		{"k", "p", nodeapi.KeyFormatProtobuf, nodeapi.CodeInvalidOption},
		{"k", "p", "jwk", nodeapi.CodeInvalidOption},
		{nodeapi.KeySelf, "p", "", nodeapi.CodeInvalidOption},
	} {
		_, err := s.Export(t.Context(), c.name, c.password, c.format)
		wantCode(t, c.name+" "+c.format, err, c.want)
	}
}

func TestBadImports(t *testing.T) {
	s := newStore(t)
	gen(t, s, "k", "")
	encrypted := export(t, s, "k", "secret", "")
	clear := export(t, s, "k", "", nodeapi.KeyFormatPEM)
	protobuf := export(t, s, "k", "", nodeapi.KeyFormatProtobuf)
	damaged, _ := pem.Decode(encrypted)
	damaged.Bytes = damaged.Bytes[:len(damaged.Bytes)-1]
	for _, c := range []struct {
		name, password, format string
		data                   []byte
		want                   nodeapi.Code
	}{
		{"a wrong password", "guess", "", encrypted, nodeapi.CodeWrongPassword},
		{"no password", "", "", encrypted, nodeapi.CodeWrongPassword},
		{"a password for nothing", "p", "", clear, nodeapi.CodeInvalidKey},
		{"a password for a protobuf", "p", "", protobuf, nodeapi.CodeInvalidKey},
		{"another format", "", nodeapi.KeyFormatPEM, protobuf, nodeapi.CodeInvalidKey},
		{"no such format", "", "jwk", protobuf, nodeapi.CodeInvalidOption},
		{"half a key", "", "", protobuf[:len(protobuf)/2], nodeapi.CodeInvalidKey},
		{"half a PEM", "secret", "", encrypted[:len(encrypted)/2], nodeapi.CodeInvalidKey},
		{"cut short inside", "secret", "", pem.EncodeToMemory(damaged), nodeapi.CodeInvalidKey},
		{"text", "", "", []byte("text"), nodeapi.CodeInvalidKey},
		{"nothing", "", "", nil, nodeapi.CodeInvalidKey},
		{"a certificate", "", "", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}}), nodeapi.CodeInvalidKey},
	} {
		_, err := s.Import(t.Context(), "l", c.data, c.password, c.format)
		e := wantCode(t, c.name, err, c.want)
		if strings.Contains(e.Message, "secret") || strings.Contains(e.Message, "guess") {
			t.Errorf("%s: the error tells a password: %s", c.name, e.Message)
		}
	}
	if got := names(t, s); len(got) != 2 {
		t.Errorf("there are keys %q; want self and k", got)
	}
}

// One wrong password of 256 gives something that ends like a key.
func TestManyWrongPasswords(t *testing.T) {
	data, err := os.ReadFile("testdata/ed25519-one-round.pem")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		_, err := newStore(t).Import(t.Context(), "k", data, fmt.Sprint("guess ", i), "")
		if nodeapi.CodeOf(err) != nodeapi.CodeWrongPassword {
			t.Fatalf("guess %d: got %v; want wrong-password", i, err)
		}
	}
	if _, err := newStore(t).Import(t.Context(), "k", data, "correct horse", ""); err != nil {
		t.Error(err)
	}
}

// TestRSATooSmall holds the bound of what is made for what comes from elsewhere.
func TestRSATooSmall(t *testing.T) {
	data, err := os.ReadFile("testdata/rsa1024.pem")
	if err != nil {
		t.Fatal(err)
	}
	_, err = newStore(t).Import(t.Context(), "k", data, "", "")
	wantCode(t, "an RSA key of 1024 bits", err, nodeapi.CodeInvalidKey)
}

// TestFilesOfOthers reads keys that OpenSSL and Kubo wrote. The names of the
// files say what they are, and ids.txt which id each has.
func TestFilesOfOthers(t *testing.T) {
	list, err := os.ReadFile("testdata/ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		file, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		password := ""
		if strings.Contains(file, "encrypted") {
			password = "correct horse"
		}
		entry, err := newStore(t).Import(t.Context(), "k", data, password, "")
		if err != nil {
			t.Errorf("%s: %v", file, err)
		} else if got, _ := keystore.FormatID(entry.ID, ""); got != id {
			t.Errorf("%s: got the id %s; want %s", file, got, id)
		}
	}
}

// TestOpenSSL has OpenSSL read what is written here, and read back what it writes.
func TestOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("there is no openssl; testdata has what it wrote")
	}
	for _, kind := range kinds {
		s := newStore(t)
		want := gen(t, s, "k", kind)
		clear := run(t, export(t, s, "k", "pass", ""), openssl, "pkey", "-passin", "pass:pass")
		for name, args := range map[string][]string{
			"SHA-256, AES-128": {"-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA256"},
			"SHA-1, AES-256":   {"-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"},
			"SHA-512, AES-192": {"-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512", "-iter", "5000"},
		} {
			again := run(t, clear, openssl, append([]string{"pkcs8", "-topk8", "-passout", "pass:other"}, args...)...)
			if got, err := newStore(t).Import(t.Context(), "k", again, "other", ""); err != nil || got != want {
				t.Errorf("%s, %s: got %+v, %v; want %+v", kind, name, got, err, want)
			}
		}
	}
}

// TestKubo carries keys to Kubo and back.
func TestKubo(t *testing.T) {
	kubo := os.Getenv("SHAREDNODE_KUBO")
	if kubo == "" {
		t.Skip("SHAREDNODE_KUBO does not name a Kubo binary")
	}
	t.Setenv("IPFS_PATH", t.TempDir())
	run(t, nil, kubo, "init", "--profile=test")
	file := filepath.Join(t.TempDir(), "key")
	for _, kind := range kinds {
		s := newStore(t)
		entry := gen(t, s, "k", kind)
		want, err := keystore.FormatID(entry.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{nodeapi.KeyFormatPEM, nodeapi.KeyFormatProtobuf} {
			if kind == nodeapi.KeySecp256k1 && format == nodeapi.KeyFormatPEM {
				continue // which Kubo's standard library does not know
			}
			if err := os.WriteFile(file, export(t, s, "k", "", format), 0o600); err != nil {
				t.Fatal(err)
			}
			name := kind + "-" + format
			got := run(t, nil, kubo, "key", "import", "--allow-any-key-type", "-f", format, name, file)
			if id := strings.TrimSpace(string(got)); id != want {
				t.Errorf("%s: Kubo reads the id %s; want %s", name, id, want)
			}
			run(t, nil, kubo, "key", "export", "-f", format, "-o", file, name)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := newStore(t).Import(t.Context(), "k", data, "", format); err != nil || back != entry {
				t.Errorf("%s: got %+v back, %v; want %+v", name, back, err, entry)
			}
		}
	}
}

func run(t testing.TB, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// FuzzImport wants of any bytes a key, or an error with a code.
func FuzzImport(f *testing.F) {
	s := newStore(f)
	for _, kind := range kinds {
		entry, err := s.Gen(context.Background(), kind, kind, 0)
		if err != nil {
			f.Fatal(err)
		}
		for _, format := range []string{nodeapi.KeyFormatPEM, nodeapi.KeyFormatProtobuf} {
			data, err := s.Export(context.Background(), entry.Name, "", format)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := newStore(t).Import(t.Context(), "k", data, "", "")
		if code := nodeapi.CodeOf(err); err != nil && code != nodeapi.CodeInvalidKey && code != nodeapi.CodeWrongPassword {
			t.Errorf("got %v; want invalid-key", err)
		}
	})
}
