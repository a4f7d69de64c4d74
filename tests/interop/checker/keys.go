package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"

	"golang.org/x/mod/sumdb/note"
)

const (
	ed25519Key     = 0x01
	witnessEd25519 = 0x04
	mlDsa44        = 0x06
	mostLines      = 8
)

var roleForm = regexp.MustCompile(`^[a-z][a-z-]{0,63}$`)

var vkeyForm = regexp.MustCompile(`^([a-z0-9._/-]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$`)

// key is what a vkey says (§1).
type key struct {
	name, vkey string
	hash       uint32
	kind       byte
	public     []byte
}

func readKey(vkey string) (*key, error) {
	parts := vkeyForm.FindStringSubmatch(vkey)
	if parts == nil {
		return nil, fmt.Errorf("%q is not a key", vkey)
	}
	data, err := unbase64(parts[3])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(parts[1]+"\n"), data...))
	if hex.EncodeToString(sum[:4]) != parts[2] {
		return nil, fmt.Errorf("the key id of %s is not that of its key", parts[1])
	}
	k := &key{parts[1], vkey, binary.BigEndian.Uint32(sum[:4]), data[0], data[1:]}
	if k.kind == passkeyKey {
		_, err := readPasskey(k)
		return k, err
	}
	length := map[byte]int{ed25519Key: 33, witnessEd25519: 33, mlDsa44: 1313}[data[0]]
	if length != len(data) {
		return nil, fmt.Errorf("the key %s has type %#02x and %d bytes", parts[1], data[0], len(data))
	}
	return k, nil
}

// bare is the public key alone: of a passkey, without what says where it signs.
func (k *key) bare() string {
	if k.kind == passkeyKey {
		if p, err := readPasskey(k); err == nil {
			return string(p.public)
		}
	}
	return string(k.public)
}

// verifier reads what a key signs; none for a key of a kind that is not read here.
func (k *key) verifier() note.Verifier {
	switch k.kind {
	case ed25519Key:
		v, _ := note.NewVerifier(k.vkey)
		return v
	case passkeyKey:
		if p, err := readPasskey(k); err == nil {
			return p
		}
	}
	return nil
}

// ref is how signature lines name the key.
func (k *key) ref() string { return fmt.Sprintf("%s+%08x", k.name, k.hash) }

func unbase64(text string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) == 0 || base64.StdEncoding.EncodeToString(data) != text {
		return nil, fmt.Errorf("%.40q is not canonical base64", text)
	}
	return data, nil
}

// witness checks cosignature/v1 lines, which x/mod does not know (§9).
type witness struct{ *key }

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

func (w *witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+64 {
		return false
	}
	seconds := binary.BigEndian.Uint64(signature)
	message := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", seconds)), text...)
	return seconds > 0 && seconds < 1<<63 && ed25519.Verify(w.public, message, signature[8:])
}

// unread stands for a key whose signatures this program cannot check: it counts its lines, and takes them for nothing.
type unread struct {
	*key
	lines *int
}

func (u *unread) Name() string    { return u.name }
func (u *unread) KeyHash() uint32 { return u.hash }

func (u *unread) Verify(_, signature []byte) bool {
	*u.lines++
	return len(signature) == 8+2420
}

func lineName(v note.Verifier) string { return fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash()) }

// openNote reads a note all of whose lines are good, by keys that are known, each once; and in the one form that the
// format has for it, which x/mod is not strict about: what is read is written again and compared.
func openNote(data []byte, known ...note.Verifier) (*note.Note, error) {
	opened, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		return nil, err
	}
	if len(opened.UnverifiedSigs) > 0 {
		line := opened.UnverifiedSigs[0]
		return nil, fmt.Errorf("a line is by %s+%08x, which is no key known here", line.Name, line.Hash)
	}
	again := bytes.NewBufferString(opened.Text + "\n")
	for _, line := range opened.Sigs {
		fmt.Fprintf(again, "— %s %s\n", line.Name, line.Base64)
	}
	if !bytes.Equal(again.Bytes(), data) {
		return nil, fmt.Errorf("the signature lines are not in their one form, or one comes twice")
	}
	return opened, nil
}
